# The 18 checks as one Rego package, as its users write it today.
package pods

import rego.v1

template := input if input.kind == "Pod"

template := input.spec.template if input.kind in {"Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job"}

template := input.spec.jobTemplate.spec.template if input.kind == "CronJob"

spec := template.spec

containers contains c if some c in spec.containers

containers contains c if some c in spec.initContainers

containers contains c if some c in spec.ephemeralContainers

security := object.get(spec, "securityContext", {})

baseline_capabilities := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
	"SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

safe_sysctls := {
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
}

volume_types := {
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}

selinux_types := {"container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

deny contains {"check": "privileged", "message": message} if {
	some c in containers
	c.securityContext.privileged
	message := sprintf("container `%v` is privileged", [c.name])
}

deny contains {"check": "host-namespaces", "message": message} if {
	some field in ["hostPID", "hostIPC"]
	spec[field]
	message := "the pod shares the process or IPC namespace of its node"
}

deny contains {"check": "host-ports", "message": message} if {
	spec.hostNetwork
	message := "the pod shares the network of its node"
}

deny contains {"check": "host-ports", "message": message} if {
	some c in containers
	some port in c.ports
	port.hostPort != 0
	message := sprintf("container `%v` takes port %v of the node", [c.name, port.hostPort])
}

deny contains {"check": "host-path", "message": message} if {
	some volume in spec.volumes
	volume.hostPath
	message := sprintf("volume `%v` is `%v` of the node", [volume.name, volume.hostPath.path])
}

deny contains {"check": "host-process", "message": message} if {
	security.windowsOptions.hostProcess == true
	message := "the pod runs as a HostProcess"
}

deny contains {"check": "host-process", "message": message} if {
	some c in containers
	c.securityContext.windowsOptions.hostProcess == true
	message := sprintf("container `%v` is a HostProcess", [c.name])
}

deny contains {"check": "host-probes", "message": message} if {
	some c in containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some handler in ["httpGet", "tcpSocket"]
	c[probe][handler].host != ""
	message := sprintf("a probe of container `%v` is sent to `%v`", [c.name, c[probe][handler].host])
}

deny contains {"check": "host-probes", "message": message} if {
	some c in containers
	some hook in ["postStart", "preStop"]
	some handler in ["httpGet", "tcpSocket"]
	c.lifecycle[hook][handler].host != ""
	message := sprintf("a hook of container `%v` is sent to `%v`", [c.name, c.lifecycle[hook][handler].host])
}

apparmor_profile(profile) if profile.type == "RuntimeDefault"

apparmor_profile(profile) if {
	profile.type == "Localhost"
	profile.localhostProfile == "custom"
}

apparmor_annotation(c) := template.metadata.annotations[concat("/", ["container.apparmor.security.beta.kubernetes.io", c.name])]

apparmor_allowed(c) if apparmor_profile(c.securityContext.appArmorProfile)

apparmor_allowed(c) if {
	not c.securityContext.appArmorProfile
	apparmor_annotation(c) in {"runtime/default", "localhost/custom"}
}

apparmor_allowed(c) if {
	not c.securityContext.appArmorProfile
	not apparmor_annotation(c)
	apparmor_profile(object.get(security, "appArmorProfile", {"type": "RuntimeDefault"}))
}

deny contains {"check": "apparmor", "message": message} if {
	some c in containers
	not apparmor_allowed(c)
	message := sprintf("container `%v` has an AppArmor profile that is not allowed", [c.name])
}

selinux_allowed(options) if {
	not options.level
	not options.role
	not options.user
	object.get(options, "type", "container_t") in selinux_types
}

deny contains {"check": "selinux", "message": message} if {
	security.seLinuxOptions
	not selinux_allowed(security.seLinuxOptions)
	message := "the pod has SELinux options that are not allowed"
}

deny contains {"check": "selinux", "message": message} if {
	some c in containers
	c.securityContext.seLinuxOptions
	not selinux_allowed(c.securityContext.seLinuxOptions)
	message := sprintf("container `%v` has SELinux options that are not allowed", [c.name])
}

deny contains {"check": "proc-mount", "message": message} if {
	some c in containers
	c.securityContext.procMount != "Default"
	message := sprintf("container `%v` has the /proc mount `%v`", [c.name, c.securityContext.procMount])
}

seccomp(c) := c.securityContext.seccompProfile.type

seccomp(c) := security.seccompProfile.type if not c.securityContext.seccompProfile

seccomp(c) := "none" if {
	not c.securityContext.seccompProfile
	not security.seccompProfile
}

deny contains {"check": "seccomp-baseline", "message": message} if {
	some c in containers
	profile := seccomp(c)
	not profile in {"RuntimeDefault", "Localhost", "none"}
	message := sprintf("container `%v` has the seccomp profile `%v`", [c.name, profile])
}

deny contains {"check": "seccomp-restricted", "message": message} if {
	some c in containers
	profile := seccomp(c)
	not profile in {"RuntimeDefault", "Localhost"}
	message := sprintf("container `%v` has the seccomp profile `%v`", [c.name, profile])
}

deny contains {"check": "sysctls", "message": message} if {
	some sysctl in security.sysctls
	not sysctl.name in safe_sysctls
	message := sprintf("the sysctl `%v` is not allowed", [sysctl.name])
}

added(c) := {upper(capability) | some capability in c.securityContext.capabilities.add}

deny contains {"check": "capabilities-baseline", "message": message} if {
	some c in containers
	some capability in added(c) - baseline_capabilities
	message := sprintf("container `%v` adds the capability `%v`", [c.name, capability])
}

deny contains {"check": "capabilities-restricted", "message": message} if {
	some c in containers
	some capability in added(c) - {"NET_BIND_SERVICE"}
	message := sprintf("container `%v` adds the capability `%v`", [c.name, capability])
}

deny contains {"check": "capabilities-restricted", "message": message} if {
	some c in containers
	dropped := {upper(capability) | some capability in c.securityContext.capabilities.drop}
	not "ALL" in dropped
	message := sprintf("container `%v` does not drop ALL capabilities", [c.name])
}

deny contains {"check": "volumes", "message": message} if {
	some volume in spec.volumes
	some kind, _ in volume
	kind != "name"
	not kind in volume_types
	message := sprintf("volume `%v` is of the type `%v`", [volume.name, kind])
}

deny contains {"check": "privilege-escalation", "message": message} if {
	some c in containers
	not c.securityContext.allowPrivilegeEscalation == false
	message := sprintf("container `%v` does not forbid privilege escalation", [c.name])
}

run_as_user(c) := c.securityContext.runAsUser

run_as_user(c) := security.runAsUser if not is_number(object.get(c, ["securityContext", "runAsUser"], null))

deny contains {"check": "run-as-non-root", "message": message} if {
	some c in containers
	run_as_user(c) == 0
	message := sprintf("container `%v` runs as root", [c.name])
}

deny contains {"check": "run-as-non-root", "message": message} if {
	some c in containers
	not is_number(object.get(c, ["securityContext", "runAsUser"], null))
	not is_number(object.get(security, "runAsUser", null))
	object.get(c, ["securityContext", "runAsNonRoot"], object.get(security, "runAsNonRoot", false)) == false
	message := sprintf("container `%v` may run as root", [c.name])
}

deny contains {"check": "read-only-root", "message": message} if {
	some c in containers
	not c.securityContext.readOnlyRootFilesystem == true
	message := sprintf("container `%v` can write to its root file system", [c.name])
}
