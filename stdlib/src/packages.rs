//! The packages of the library and their files, all of them text in the binary.
//!
//! A file in `stdlib/k8s` that is missing here is found by the test `library.rs`.

use wardlaw_lang::{LibraryFile, LibraryPackage};

/// All packages, by path.
pub(crate) const PACKAGES: &[LibraryPackage] = &[POD_SECURITY, BASELINE, RESTRICTED, SCHEMA, WORKLOAD];

/// What to enforce: version and level of the Pod Security Standards.
const POD_SECURITY: LibraryPackage = LibraryPackage {
    path: "k8s.pod_security",
    files: &[file(
        "k8s/pod_security/pod_security.ward",
        include_str!("../k8s/pod_security/pod_security.ward"),
    )],
};

/// The controls of the baseline level.
const BASELINE: LibraryPackage = LibraryPackage {
    path: "k8s.pod_security.baseline",
    files: &[
        file(
            "k8s/pod_security/baseline/added_capabilities.ward",
            include_str!("../k8s/pod_security/baseline/added_capabilities.ward"),
        ),
        file(
            "k8s/pod_security/baseline/apparmor.ward",
            include_str!("../k8s/pod_security/baseline/apparmor.ward"),
        ),
        file(
            "k8s/pod_security/baseline/apparmor_annotation.ward",
            include_str!("../k8s/pod_security/baseline/apparmor_annotation.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_ipc.ward",
            include_str!("../k8s/pod_security/baseline/host_ipc.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_lifecycle.ward",
            include_str!("../k8s/pod_security/baseline/host_lifecycle.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_network.ward",
            include_str!("../k8s/pod_security/baseline/host_network.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_path_volumes.ward",
            include_str!("../k8s/pod_security/baseline/host_path_volumes.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_pid.ward",
            include_str!("../k8s/pod_security/baseline/host_pid.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_ports.ward",
            include_str!("../k8s/pod_security/baseline/host_ports.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_probes.ward",
            include_str!("../k8s/pod_security/baseline/host_probes.ward"),
        ),
        file(
            "k8s/pod_security/baseline/host_process.ward",
            include_str!("../k8s/pod_security/baseline/host_process.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_apparmor.ward",
            include_str!("../k8s/pod_security/baseline/pod_apparmor.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_host_process.ward",
            include_str!("../k8s/pod_security/baseline/pod_host_process.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_seccomp.ward",
            include_str!("../k8s/pod_security/baseline/pod_seccomp.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_seccomp_annotation.ward",
            include_str!("../k8s/pod_security/baseline/pod_seccomp_annotation.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_selinux_type.ward",
            include_str!("../k8s/pod_security/baseline/pod_selinux_type.ward"),
        ),
        file(
            "k8s/pod_security/baseline/pod_selinux_user_role.ward",
            include_str!("../k8s/pod_security/baseline/pod_selinux_user_role.ward"),
        ),
        file(
            "k8s/pod_security/baseline/privileged.ward",
            include_str!("../k8s/pod_security/baseline/privileged.ward"),
        ),
        file(
            "k8s/pod_security/baseline/proc_mount.ward",
            include_str!("../k8s/pod_security/baseline/proc_mount.ward"),
        ),
        file(
            "k8s/pod_security/baseline/seccomp.ward",
            include_str!("../k8s/pod_security/baseline/seccomp.ward"),
        ),
        file(
            "k8s/pod_security/baseline/seccomp_annotation.ward",
            include_str!("../k8s/pod_security/baseline/seccomp_annotation.ward"),
        ),
        file(
            "k8s/pod_security/baseline/selinux_type.ward",
            include_str!("../k8s/pod_security/baseline/selinux_type.ward"),
        ),
        file(
            "k8s/pod_security/baseline/selinux_user_role.ward",
            include_str!("../k8s/pod_security/baseline/selinux_user_role.ward"),
        ),
        file(
            "k8s/pod_security/baseline/unsafe_sysctls.ward",
            include_str!("../k8s/pod_security/baseline/unsafe_sysctls.ward"),
        ),
    ],
};

/// The controls that the restricted level adds.
const RESTRICTED: LibraryPackage = LibraryPackage {
    path: "k8s.pod_security.restricted",
    files: &[
        file(
            "k8s/pod_security/restricted/added_capabilities.ward",
            include_str!("../k8s/pod_security/restricted/added_capabilities.ward"),
        ),
        file(
            "k8s/pod_security/restricted/allow_privilege_escalation.ward",
            include_str!("../k8s/pod_security/restricted/allow_privilege_escalation.ward"),
        ),
        file(
            "k8s/pod_security/restricted/drop_all_capabilities.ward",
            include_str!("../k8s/pod_security/restricted/drop_all_capabilities.ward"),
        ),
        file(
            "k8s/pod_security/restricted/pod_run_as_root.ward",
            include_str!("../k8s/pod_security/restricted/pod_run_as_root.ward"),
        ),
        file(
            "k8s/pod_security/restricted/pod_run_as_user_root.ward",
            include_str!("../k8s/pod_security/restricted/pod_run_as_user_root.ward"),
        ),
        file(
            "k8s/pod_security/restricted/pod_seccomp.ward",
            include_str!("../k8s/pod_security/restricted/pod_seccomp.ward"),
        ),
        file(
            "k8s/pod_security/restricted/proc_mount.ward",
            include_str!("../k8s/pod_security/restricted/proc_mount.ward"),
        ),
        file(
            "k8s/pod_security/restricted/run_as_non_root.ward",
            include_str!("../k8s/pod_security/restricted/run_as_non_root.ward"),
        ),
        file(
            "k8s/pod_security/restricted/run_as_user_root.ward",
            include_str!("../k8s/pod_security/restricted/run_as_user_root.ward"),
        ),
        file(
            "k8s/pod_security/restricted/seccomp.ward",
            include_str!("../k8s/pod_security/restricted/seccomp.ward"),
        ),
        file(
            "k8s/pod_security/restricted/seccomp_required.ward",
            include_str!("../k8s/pod_security/restricted/seccomp_required.ward"),
        ),
        file(
            "k8s/pod_security/restricted/volume_types.ward",
            include_str!("../k8s/pod_security/restricted/volume_types.ward"),
        ),
    ],
};

/// Fields and kinds that the Kubernetes API does not have.
const SCHEMA: LibraryPackage = LibraryPackage {
    path: "k8s.schema",
    files: &[
        file(
            "k8s/schema/unknown_field.ward",
            include_str!("../k8s/schema/unknown_field.ward"),
        ),
        file(
            "k8s/schema/unknown_kind.ward",
            include_str!("../k8s/schema/unknown_kind.ward"),
        ),
    ],
};

/// Pods and containers of any workload.
const WORKLOAD: LibraryPackage = LibraryPackage {
    path: "k8s.workload",
    files: &[file("k8s/workload.ward", include_str!("../k8s/workload.ward"))],
};

/// A file whose name in diagnostics is its path in the library.
const fn file(name: &'static str, text: &'static str) -> LibraryFile {
    LibraryFile { name, text }
}
