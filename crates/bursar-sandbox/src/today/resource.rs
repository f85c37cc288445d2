//! Rented resources and their prices: machines, disks and public addresses. Each is charged for as long as it exists,
//! attached or not.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

const MINUTES_AN_HOUR: u128 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResourceKind {
    Vm,
    Disk,
    Address,
}

impl ResourceKind {
    pub(crate) const ALL: [Self; 3] = [Self::Vm, Self::Disk, Self::Address];

    /// The name of the type in the public API.
    pub(crate) fn api_name(self) -> &'static str {
        match self {
            Self::Vm => "VM",
            Self::Disk => "STORAGE",
            Self::Address => "PUBLIC_IP",
        }
    }
}

/// A machine's plan.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) vcpu: u8,
    pub(crate) ram_gb: u64,
}

pub(crate) static CONFIGURATIONS: [Configuration; 4] = [
    Configuration {
        slug: "cpu-regular-4vcpu-8gb",
        name: "Regular 4 vCPU 8 GB",
        vcpu: 4,
        ram_gb: 8,
    },
    Configuration {
        slug: "cpu-regular-2vcpu-4gb",
        name: "Regular 2 vCPU 4 GB",
        vcpu: 2,
        ram_gb: 4,
    },
    Configuration {
        slug: "cpu-premium-2vcpu-4gb",
        name: "Premium 2 vCPU 4 GB",
        vcpu: 2,
        ram_gb: 4,
    },
    Configuration {
        slug: "cpu-shared-4vcpu-8gb",
        name: "Shared 4 vCPU 8 GB",
        vcpu: 4,
        ram_gb: 8,
    },
];

/// The plan with that slug.
pub(crate) fn configuration(slug: &str) -> Option<&'static Configuration> {
    CONFIGURATIONS.iter().find(|known| known.slug == slug)
}

#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) kind: ResourceKind,
    /// Only of a machine.
    pub(crate) configuration: Option<&'static Configuration>,
    /// Only of a disk.
    pub(crate) volume_gb: u64,
    /// The machine that a disk or an address is attached to.
    pub(crate) attached_to: Option<Uuid>,
    /// The price of an hour, in micros of a USD.
    pub(crate) hourly: u128,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) removed_at: Option<OffsetDateTime>,
    /// The sixtieths of a micro that were not charged yet.
    uncharged: u128,
}

impl Resource {
    pub(crate) fn new(
        name: String,
        kind: ResourceKind,
        hourly: u128,
        created_at: OffsetDateTime,
    ) -> Self {
        Self {
            id: Uuid::new_v4(),
            name,
            kind,
            configuration: (kind == ResourceKind::Vm)
                .then(|| CONFIGURATIONS.first())
                .flatten(),
            volume_gb: 25,
            attached_to: None,
            hourly,
            created_at,
            removed_at: None,
            uncharged: 0,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.removed_at.is_none()
    }

    /// The cost of the next minute, in micros. Sixty minutes cost exactly the price of an hour.
    pub(crate) fn charge_minute(&mut self) -> u128 {
        let due = self.hourly + self.uncharged;
        self.uncharged = due % MINUTES_AN_HOUR;
        due / MINUTES_AN_HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_minutes_cost_the_price_of_an_hour() {
        let mut disk = Resource::new(
            "disk".to_owned(),
            ResourceKind::Disk,
            50_001,
            OffsetDateTime::UNIX_EPOCH,
        );
        let hour: u128 = (0..60).map(|_| disk.charge_minute()).sum();
        assert_eq!(hour, 50_001);
    }
}
