//! The pages of payment providers: each provider's pages open on its own hosts only, and the user can allow another host.

use super::*;
use bursar_domain::error::{Detail, LinkDetail};
use bursar_domain::payment_rules::PageHelp;
use bursar_domain::view::TopUpView;

/// A console whose open top-up is paid on this page of this payment provider.
struct Paged {
    provider: &'static str,
    page: &'static str,
}

impl MockProvider for Paged {
    const NAME: &str = "fluence";
    const NETWORK: &str = "[[checkout]]\nprovider = \"nowpayments\"\ntitle = \"NOWPayments\"\n\
         hosts = [\"127.0.0.1:5\"]\n[[checkout]]\nprovider = \"stripe\"\nhosts = [\"127.0.0.1:6\"]\n\
         page_minutes = 60\nhelp = \"wallet-qr\"\n";

    fn answer(&mut self, request: &ReceivedRequest, clock: &TestClock) -> StubResponse {
        let now = clock.now();
        match request.path() {
            "/v2/top-ups/pending" => StubResponse::json(
                200,
                &format!(
                    r#"{{"pendingTopUp":{{"id":"made","amountCents":2500,"status":"open","provider":{},
                    "createdAt":"{now}","updatedAt":"{now}","expiresAt":null,"redirectUrl":"http://{}/pay"}}}}"#,
                    self.provider, self.page
                ),
            ),
            _ => MockFluence::default().answer(request, clock),
        }
    }
}

async fn shows(provider: &'static str, page: &'static str) -> (TestApp<Paged>, TopUpView) {
    let app = TestApp::connect(Paged { provider, page }).await;
    let followed = |state: &State| state.top_ups.contains_key("r-made");
    app.until("the top-up is followed", followed).await;
    let view = app.bursar.top_up(&app.account, "r-made").unwrap();
    (app, view)
}

#[tokio::test]
async fn page_opens_only_on_a_host_of_its_own_payment_provider() {
    for (provider, page, opens) in [
        (r#""nowpayments""#, "127.0.0.1:5", true),
        (r#""stripe""#, "127.0.0.1:6", true),
        (r#""stripe""#, "127.0.0.1:5", false),
        (r#""nowpayments""#, "127.0.0.1:6", false),
        (r#""nowpayments""#, "127.0.0.1:7", false),
        (r#""other""#, "127.0.0.1:6", false),
        // Names are compared exactly.
        (r#""Stripe""#, "127.0.0.1:6", false),
        // Where the API does not say whose the page is, every listed host counts.
        ("null", "127.0.0.1:6", true),
        ("null", "127.0.0.1:7", false),
    ] {
        let (_app, view) = shows(provider, page).await;
        assert_eq!(view.can_open, opens, "{provider} on {page}");
        let refused = (!opens).then(|| page.to_owned());
        assert_eq!(view.refused_host, refused, "{provider} on {page}");
    }
}

#[tokio::test]
async fn unknown_payment_provider_is_named_and_its_host_can_be_allowed() {
    let (mut app, view) = shows(r#""other""#, "127.0.0.1:7").await;
    let open = || {
        let bursar = Arc::clone(&app.bursar);
        let account = app.account.clone();
        async move { bursar.return_to_payment(account, "r-made".to_owned()).await }
    };
    let error = open().await.unwrap_err();
    assert_eq!(error.code, Code::HostNotAllowed);
    assert_eq!(
        error.detail,
        Detail::from(LinkDetail::PageProviderUnlisted {
            host: "127.0.0.1:7".to_owned(),
            provider: "other".to_owned(),
        })
    );
    let host = view.refused_host.unwrap();
    let account = app.account.clone();
    app.bursar.allow_checkout_host(account, host).await.unwrap();
    open().await.unwrap();
    app.restart().await;
    let followed = |state: &State| state.top_ups.contains_key("r-made");
    app.until("the top-up is followed again", followed).await;
    let view = app.bursar.top_up(&app.account, "r-made").unwrap();
    assert!(view.can_open, "the decision is kept with the account");
}

#[tokio::test]
async fn network_file_says_how_long_a_page_lives_and_what_helps() {
    for (provider, page, minutes, help) in [
        (r#""stripe""#, "127.0.0.1:6", Some(60), PageHelp::WalletQr),
        (r#""nowpayments""#, "127.0.0.1:5", None, PageHelp::None),
        ("null", "127.0.0.1:6", None, PageHelp::None),
    ] {
        let (_app, view) = shows(provider, page).await;
        assert_eq!(view.expires_at, None, "the API does not say");
        let usual = minutes.map(|minutes| view.created_at.plus(Span::minutes(minutes)));
        assert_eq!(view.usually_expires_at, usual, "{provider}");
        assert_eq!(view.help, help, "{provider}");
    }
}
