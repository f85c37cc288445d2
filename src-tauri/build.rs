//! Prepares what the shell embeds: the built pages, and the window's capability and permissions.

use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // npm builds the pages. Without them the shell still compiles, and its tests run.
    let pages = Path::new("../ui/dist");
    if !pages.exists() {
        fs::create_dir_all(pages)?;
    }
    println!("cargo:rerun-if-changed={}", pages.display());
    tauri_build::try_build(tauri_build::Attributes::new())?;
    Ok(())
}
