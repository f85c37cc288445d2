//! One running app a home.

#[cfg(target_os = "linux")]
#[path = "single_instance/linux.rs"]
mod imp;
mod request;

pub(crate) use imp::{acquire, reacquire, release};
pub(crate) use request::{Instance, InstanceRequest};
