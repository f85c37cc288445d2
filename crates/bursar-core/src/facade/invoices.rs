//! Invoices: fetched on request, and written to a file that the user chose or to one that only the user can read.

use super::Bursar;
use crate::driver::blocking;
use bursar_domain::account::AccountId;
use bursar_domain::error::{Code, Error, ResponseDetail, Result};
use bursar_platform::output_file::{OutputFile, Readers, file_failed};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// How every PDF file begins.
const PDF: &[u8] = b"%PDF-";

impl Bursar {
    /// Writes a payment's invoice to a file that the user chose. An existing file is replaced whole or not at all.
    ///
    /// # Errors
    /// `not_offered`, `not_found`, `answer_malformed` for anything but a PDF file, `file_failed`.
    pub async fn save_invoice(
        &self,
        account: AccountId,
        payment: String,
        path: PathBuf,
    ) -> Result<()> {
        let pdf = self.invoice(&account, &payment).await?;
        blocking(move || write(&path, &pdf)).await
    }

    /// Writes a payment's invoice where only the user can read it, for the system's viewer.
    ///
    /// # Errors
    /// As for [`Self::save_invoice`].
    pub async fn invoice_file(&self, account: AccountId, payment: String) -> Result<PathBuf> {
        let pdf = self.invoice(&account, &payment).await?;
        let folder = self.home.join("invoices");
        let path = folder.join(file_name(&account, &payment));
        let written = path.clone();
        blocking(move || {
            private_folder(&folder)?;
            write(&path, &pdf)
        })
        .await?;
        Ok(written)
    }

    async fn invoice(&self, account: &AccountId, payment: &str) -> Result<Vec<u8>> {
        let pdf = self.connection(account)?.provider.invoice(payment).await?;
        if pdf.starts_with(PDF) {
            Ok(pdf)
        } else {
            Err(Error::new(
                Code::AnswerMalformed,
                ResponseDetail::InvoiceNotPdf,
            ))
        }
    }
}

/// Removes invoices that an earlier run wrote for the viewer.
pub(super) fn forget(home: &Path) {
    let folder = home.join("invoices");
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(&folder)
    {
        tracing::debug!(%error, "earlier invoices were not removed");
    }
}

/// A file name that identifies the payment and cannot lead out of the folder.
fn file_name(account: &AccountId, payment: &str) -> String {
    let plain: String = payment
        .chars()
        .take(100)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!("{account}-{plain}.pdf")
}

fn private_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| file_failed(&error, folder))
}

fn write(path: &Path, pdf: &[u8]) -> Result<()> {
    let never = AtomicBool::new(false);
    let written = OutputFile::create(path, Readers::Owner, &never).and_then(|mut output| {
        output.write_all(pdf)?;
        output.finish()
    });
    written.map_err(|error| file_failed(&error, path))
}
