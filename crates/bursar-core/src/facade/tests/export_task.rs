//! The window's export: only one runs at a time, it reports its progress, and it leaves no file behind if it is
//! cancelled or the program ends.

use super::*;
use crate::export::{Exported, Format};
use bursar_domain::payment::{RemotePayment, Status};
use bursar_domain::view::{ExportState, PaymentQuery};
use std::fs;

/// Enough lines that a test can cancel the export before it ends.
const LINES: i64 = 20_000;

async fn with_lines() -> (TestApp, tempfile::TempDir) {
    let app = TestApp::connect(MockFluence::default()).await;
    app.read().await;
    let payments: Vec<_> = (0..LINES).map(payment).collect();
    let (history, account) = (
        Arc::clone(&app.bursar.services.history),
        app.account.clone(),
    );
    blocking(move || history.put_payments(&account, &payments))
        .await
        .unwrap();
    (app, tempfile::tempdir().unwrap())
}

fn payment(n: i64) -> RemotePayment {
    let at = Timestamp(1_700_000_000_000 + n * 1_000);
    RemotePayment::top_up(
        format!("payment-{n}"),
        Status::Completed,
        Amount::from_cents(2_500, Currency::usdc()),
        at,
    )
}

fn files(folder: &tempfile::TempDir) -> usize {
    fs::read_dir(folder.path()).unwrap().count()
}

impl TestApp {
    fn export(
        &self,
        path: &Path,
    ) -> impl Future<Output = std::result::Result<Result<Exported>, tokio::task::JoinError>> + use<>
    {
        let (bursar, path) = (Arc::clone(&self.bursar), path.to_owned());
        tokio::spawn(async move {
            let query = PaymentQuery::default();
            bursar.export(query, Format::Csv, path).await
        })
    }

    fn state_of_export(&self) -> Option<ExportState> {
        self.bursar.export_state().map(|export| export.state)
    }

    async fn is_exporting(&self) {
        while self.state_of_export() != Some(ExportState::Running) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_second_export_and_names_the_first() {
    let (app, folder) = with_lines().await;
    let (first, second) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    let running = app.export(&first);
    app.is_exporting().await;
    let refused = app.export(&second).await.unwrap().unwrap_err();
    assert_eq!(refused.code, Code::ExportRunning);
    assert!(refused.detail.to_string().contains("a.csv"), "{refused}");
    assert!(!app.bursar.can_hand_over().await);
    let lines = u64::try_from(LINES).unwrap();
    assert_eq!(running.await.unwrap().unwrap(), Exported::Written(lines));
    let export = app.bursar.export_state().unwrap();
    assert_eq!(u64::from(export.written), lines);
    assert_eq!(export.state, ExportState::Written);
    // A finished export makes way for the next one.
    app.export(&second).await.unwrap().unwrap();
    assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_no_file_when_cancelled_or_stopped() {
    let (app, folder) = with_lines().await;
    let target = folder.path().join("a.csv");
    fs::write(&target, "before").unwrap();
    let running = app.export(&target);
    app.is_exporting().await;
    app.bursar.cancel_export();
    assert_eq!(running.await.unwrap().unwrap(), Exported::Cancelled);
    assert_eq!(app.state_of_export(), Some(ExportState::Cancelled));

    let running = app.export(&target);
    app.is_exporting().await;
    app.bursar.stop().await;
    // The process may exit as soon as `stop` returns, so the temporary file must be gone by now.
    assert_eq!(files(&folder), 1);
    assert_eq!(fs::read_to_string(&target).unwrap(), "before");
    assert_eq!(running.await.unwrap().unwrap(), Exported::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_reporting_a_failure() {
    let (app, folder) = with_lines().await;
    let nowhere = folder.path().join("no folder").join("a.csv");
    let error = app.export(&nowhere).await.unwrap().unwrap_err();
    assert_eq!(error.code, Code::FileFailed);
    assert_eq!(app.state_of_export(), Some(ExportState::Failed { error }));
    assert_eq!(files(&folder), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn page_shows_source_titles_and_export_keeps_codes() {
    let app = TestApp::connect(MockFluence::default()).await;
    app.read().await;
    let paid = RemotePayment {
        source: Some("copperx".to_owned()),
        ..payment(0)
    };
    let (history, account) = (
        Arc::clone(&app.bursar.services.history),
        app.account.clone(),
    );
    blocking(move || history.put_payments(&account, &[paid]))
        .await
        .unwrap();
    let query = PaymentQuery::default();
    let page = app.bursar.payments(query.clone(), None, 1).await.unwrap();
    assert_eq!(page.payments[0].source_title.as_deref(), Some("CopperX"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("payments.json");
    app.bursar
        .export(query, Format::Json, file.clone())
        .await
        .unwrap();
    let exported = fs::read_to_string(file).unwrap();
    assert!(exported.contains(r#""source":"copperx""#), "{exported}");
    assert!(!exported.contains("source_title"), "{exported}");
}
