//! Finds the real anvil binary and starts one chain with it, under a supervisor process (see `supervisor`).

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use alloy_primitives::Address;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use super::Chain;
use super::rpc::RpcClient;
use crate::error::{Error, Result};
use crate::supervisor;

const START_TIMEOUT: Duration = Duration::from_secs(30);
const LISTENING_PREFIX: &str = "Listening on ";
/// How many block states anvil keeps. With an explicit number it keeps them all in memory. Without one it moves older
/// states to disk, and a reorganisation does not restore them from there: the chain would lose its contracts.
const MAX_STATES_IN_MEMORY: &str = "1000";

/// The supervisor process of one chain. The chain ends when this pipe closes.
#[derive(Debug)]
pub(crate) struct Supervisor {
    _pipe: ChildStdin,
    _process: Child,
}

/// The binary that `BURSAR_ANVIL` names, else the npm platform package in this folder or a parent, else the one in
/// `PATH`.
pub(crate) fn find_binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("BURSAR_ANVIL") {
        return Ok(PathBuf::from(named));
    }
    let here = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let from_npm = [here, program]
        .into_iter()
        .flatten()
        .find_map(|start| start.ancestors().find_map(find_in_node_modules));
    from_npm.or_else(find_in_path).ok_or_else(|| {
        Error::new(
            "anvil was not found: run `npm install --ignore-scripts`, or name it in BURSAR_ANVIL",
        )
    })
}

fn find_in_node_modules(folder: &Path) -> Option<PathBuf> {
    let scope = folder.join("node_modules/@foundry-rs");
    scope
        .read_dir()
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("anvil-"))
        .flat_map(|entry| ["bin/anvil", "bin/anvil.exe"].map(|binary| entry.path().join(binary)))
        .find(|binary| binary.is_file())
}

fn find_in_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("anvil"))
        .find(|binary| binary.is_file())
}

/// Starts a chain whose first block has the timestamp `genesis` (Unix seconds), and waits until it answers.
pub(crate) async fn start(
    binary: &Path,
    scratch: &Path,
    http: &reqwest::Client,
    (id, name): (u64, &'static str),
    genesis: i64,
) -> Result<Chain> {
    let arguments = [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--accounts",
        "4",
        "--no-cors",
        "--chain-id",
        &id.to_string(),
        "--timestamp",
        &genesis.to_string(),
        "--balance",
        "1000000000",
        "--disable-console-log",
        "--prune-history",
        MAX_STATES_IN_MEMORY,
        "--cache-path",
        &scratch.to_string_lossy(),
    ]
    .map(str::to_owned);
    let mut supervisor = Command::new(std::env::current_exe()?);
    supervisor
        .args(supervisor::supervisor_arguments(
            &binary.to_string_lossy(),
            &arguments,
        ))
        // In its own process group, so that Ctrl-C reaches only the sandbox, which then shuts down in order.
        .process_group(0)
        .env("HOME", scratch)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut process = supervisor.spawn()?;
    let pipe = process
        .stdin
        .take()
        .ok_or_else(|| Error::new("the supervisor has no standard input"))?;
    let output = process
        .stdout
        .take()
        .ok_or_else(|| Error::new("the supervisor has no standard output"))?;
    let mut lines = BufReader::new(output).lines();
    let listening = async {
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.trim().strip_prefix(LISTENING_PREFIX) {
                return Ok(address.to_owned());
            }
        }
        Err(Error::new(format!(
            "anvil for {name} exited during startup ({})",
            binary.display()
        )))
    };
    let address = tokio::time::timeout(START_TIMEOUT, listening)
        .await
        .map_err(|_| Error::new(format!("anvil for {name} did not start within 30 s")))??;
    // Anvil logs every call to this pipe and blocks when the pipe is full, so the output must be read.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });

    let rpc = RpcClient::new(http.clone(), format!("http://{address}"));
    let accounts: Vec<Address> =
        serde_json::from_value(rpc.call("eth_accounts", json!([])).await?)?;
    Ok(Chain {
        id,
        name,
        rpc,
        accounts,
        paused: AtomicBool::new(false),
        _supervisor: Supervisor {
            _pipe: pipe,
            _process: process,
        },
    })
}
