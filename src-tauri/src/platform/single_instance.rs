//! Each home has one running app. Further starts hand their arguments over to it.

#[cfg(target_os = "linux")]
#[path = "single_instance/linux.rs"]
mod imp;
mod request;

pub(crate) use imp::{acquire, reacquire, release};
pub(crate) use request::{Instance, InstanceRequest};
