//! A guarded HTTP server: it answers only to its own address, refuses requests from other sites, logs every request,
//! and applies the faults of the control API.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::ApiError;
use crate::error::{Error, Result};
use crate::faults::{Edits, Effect, Faults};
use crate::request_log::RequestLog;

/// Which browser pages may call a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    /// The server's own pages.
    Own,
    /// No page: a request with an `Origin` header is refused.
    None,
}

/// The configuration of a server's guard.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// The server's name in the request log and in faults.
    pub(crate) target: &'static str,
    /// `127.0.0.1:port`.
    pub(crate) authority: String,
    pub(crate) origins: Origins,
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) faults: Arc<Faults>,
    /// Whether the guard logs requests. The RPC proxies log the calls themselves.
    pub(crate) logged: bool,
}

/// A response extension with the caller's id, for the request log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallerId(pub(crate) Uuid);

/// A client's connection, which a fault can close.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientConnection(Option<Arc<std::net::TcpStream>>);

impl ClientConnection {
    /// Shuts down both directions at once, even in the middle of a response.
    pub(crate) fn close(&self) {
        if let Some(socket) = &self.0 {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// Binds a loopback port; 0 picks a free one.
pub(crate) async fn bind(port: u16) -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(|error| Error::new(format!("port {port} of 127.0.0.1 cannot be used: {error}")))?;
    let authority = listener.local_addr()?.to_string();
    Ok((listener, authority))
}

pub(crate) fn serve(listener: TcpListener, router: Router, guard: Guard) {
    let target = guard.target;
    let router = router.layer(middleware::from_fn_with_state(guard, guard_request));
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<ClientConnection>();
        if let Err(error) = axum::serve(ClosableListener(listener), service).await {
            tracing::error!("{target} stopped: {error}");
        }
    });
}

/// Refuses a request that was not meant for this server: one with a foreign `Host` (DNS rebinding) or a foreign
/// `Origin` (another site's page in the same browser).
pub(crate) fn check_host_and_origin(
    headers: &HeaderMap,
    authority: &str,
    origins: Origins,
) -> std::result::Result<(), ApiError> {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if text(header::HOST) != Some(authority) {
        return Err(ApiError::forbidden(
            "This server answers only to its own address",
        ));
    }
    let Some(origin) = text(header::ORIGIN) else {
        return Ok(());
    };
    if origins == Origins::Own && origin.strip_prefix("http://") == Some(authority) {
        return Ok(());
    }
    Err(ApiError::forbidden("Requests from other sites are refused"))
}

async fn guard_request(
    State(guard): State<Guard>,
    ConnectInfo(connection): ConnectInfo<ClientConnection>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(refused) = check_host_and_origin(request.headers(), &guard.authority, guard.origins)
    {
        return refused.into_response();
    }
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let fault = guard.faults.trigger(guard.target, &method, &path);
    let entry = guard.logged.then(|| {
        let query = request.uri().query().unwrap_or_default();
        guard.request_log.begin(
            guard.target,
            &method,
            &path,
            query,
            fault.as_ref().map(|fault| fault.effect.name()),
        )
    });
    let response = match fault {
        None => next.run(request).await,
        Some(fault) => match fault.effect {
            Effect::Status {
                status,
                headers,
                body,
            } => fixed_response(status, &headers, body),
            Effect::Delay { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                next.run(request).await
            }
            Effect::Hang => {
                fault.wait_until_removed().await;
                connection.close();
                StatusCode::NO_CONTENT.into_response()
            }
            Effect::Close => close(&connection).await,
            Effect::Lose => {
                // Closing the connection cancels this request, so the handler runs in its own task.
                let handled = tokio::spawn(next.run(request)).await;
                if let (Some(entry), Ok(response)) = (entry, &handled) {
                    guard
                        .request_log
                        .end(entry, response.status().as_u16(), caller_id(response));
                }
                close(&connection).await
            }
            Effect::Garbage => garbage_response(),
            Effect::Truncate => truncated_response(next.run(request).await, &connection).await,
            Effect::Huge { bytes } => huge_response(bytes),
            Effect::Edit(edits) => edited_response(request, next, &edits).await,
        },
    };
    if let Some(entry) = entry {
        guard
            .request_log
            .end(entry, response.status().as_u16(), caller_id(&response));
    }
    response
}

fn caller_id(response: &Response) -> Option<Uuid> {
    response
        .extensions()
        .get::<CallerId>()
        .map(|caller_id| caller_id.0)
}

async fn close(connection: &ClientConnection) -> Response {
    connection.close();
    // Closing the connection makes the server drop this future.
    std::future::pending().await
}

fn fixed_response(status: u16, headers: &[(String, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

pub(crate) fn garbage_response() -> Response {
    fixed_response(200, &[], "<!doctype html>\u{0}{\"half\": ".to_owned())
}

fn huge_response(bytes: usize) -> Response {
    let chunks = futures_util::stream::iter(
        (0..bytes / 4096).map(|_| Ok::<_, io::Error>(Bytes::from_static(&[b' '; 4096]))),
    );
    let mut response = Response::new(Body::from_stream(chunks));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// The true response with some of its JSON changed. The request must not be conditional and the response has no ETag,
/// so that the client neither caches it nor gets a 304.
async fn edited_response(mut request: Request, next: Next, edits: &Edits) -> Response {
    request.headers_mut().remove(header::IF_NONE_MATCH);
    let (mut parts, body) = next.run(request).await.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    edits.apply(&mut value);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::ETAG);
    Response::from_parts(parts, Body::from(value.to_string()))
}

async fn truncated_response(response: Response, connection: &ClientConnection) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = to_bytes(body, usize::MAX).await else {
        return close(connection).await;
    };
    let half = whole.slice(..whole.len() / 2);
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(half.len()));
    Response::from_parts(parts, Body::from(half))
}

struct ClosableListener(TcpListener);

impl Listener for ClosableListener {
    type Io = TcpStream;
    type Addr = ClientConnection;

    async fn accept(&mut self) -> (TcpStream, ClientConnection) {
        loop {
            match self
                .0
                .accept()
                .await
                .and_then(|(stream, _)| closable(stream))
            {
                Ok(accepted) => return accepted,
                Err(error) => {
                    tracing::debug!("a connection failed: {error}");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<ClientConnection> {
        Ok(ClientConnection::default())
    }
}

fn closable(stream: TcpStream) -> io::Result<(TcpStream, ClientConnection)> {
    let _ = stream.set_nodelay(true);
    let stream = stream.into_std()?;
    let connection = ClientConnection(Some(Arc::new(stream.try_clone()?)));
    Ok((TcpStream::from_std(stream)?, connection))
}

impl Connected<IncomingStream<'_, ClosableListener>> for ClientConnection {
    fn connect_info(stream: IncomingStream<'_, ClosableListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Runs a future to completion even if the client disconnects.
pub(crate) async fn run_to_completion<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T> {
    Ok(tokio::spawn(work).await?)
}
