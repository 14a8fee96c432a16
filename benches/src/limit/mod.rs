//! Limits: what a careful programmer would write by hand for a workload, in safe Rust. The engine
//! cannot know the workload, so they bound from below what is to be hoped for.

pub mod index;
pub mod join;
pub mod reach;
pub mod typed;
pub mod value;

pub(crate) const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
];
pub(crate) const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
pub(crate) const VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
pub(crate) const SELINUX: [&str; 4] = [
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];
pub(crate) const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

/// What a limit finds: the check by its number, and its message. Messages are built only for findings.
#[derive(Debug, Default)]
pub struct Found(pub Vec<(u8, String)>);

impl Found {
    fn add(&mut self, check: u8, message: impl FnOnce() -> String) {
        self.0.push((check, message()));
    }

    /// One bit for each check that fails.
    pub fn failed(&self) -> u32 {
        self.0.iter().fold(0, |bits, (check, _)| bits | 1 << check)
    }
}
