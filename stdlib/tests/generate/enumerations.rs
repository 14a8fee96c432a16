//! Texts that the API lists the values of (constants of the Go types in k8s.io/api). The published documents have no
//! enumeration left, so the facts are written down here.
//!
//! All are open, since a later release may add a value, but for those marked as closed: there, the API server has
//! refused everything else since the first version, and a policy may rely on having seen all values.

use super::model::{Model, Shape};

/// Group label, `Type.field`s (which may be text, or a list of it), values.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const STATUS: &[&str] = &["True", "False", "Unknown"];
const SELECTOR: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist"];
const PROTOCOL: &[&str] = &["TCP", "UDP", "SCTP"];
const EFFECT: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
const OPERATIONS: &[&str] = &["CREATE", "UPDATE", "DELETE", "CONNECT"];
const KEEP: &[&str] = &["Delete", "Retain"];
const PROFILE: &[&str] = &["Unconfined", "RuntimeDefault", "Localhost"];
const ACCESS: &[&str] = &[
    "ReadWriteOnce",
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOncePod",
];
const METRICS: &[&str] = &["ContainerResource", "External", "Object", "Pods", "Resource"];
const STAGES: &[&str] = &["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];
const LEVELS: &[&str] = &["privileged", "baseline", "restricted"];
const PLUGIN_RULES: &[&str] = &["*", "CREATE", "UPDATE", "DELETE", "CONNECT"];

/// Enumerations that may grow.
const OPEN: &[Row] = &[
    (
        "core",
        &[
            "Container.imagePullPolicy",
            "EphemeralContainer.imagePullPolicy",
            "ImageVolumeSource.pullPolicy",
        ],
        &["Always", "IfNotPresent", "Never"],
    ),
    (
        "core",
        &[
            "Container.terminationMessagePolicy",
            "EphemeralContainer.terminationMessagePolicy",
        ],
        &["File", "FallbackToLogsOnError"],
    ),
    (
        "core",
        &[
            "Container.restartPolicy",
            "EphemeralContainer.restartPolicy",
            "PodSpec.restartPolicy",
        ],
        &["Always", "OnFailure", "Never"],
    ),
    (
        "core",
        &["ContainerRestartRule.action"],
        &["Restart", "RestartAllContainers"],
    ),
    (
        "core",
        &["ContainerRestartRuleOnExitCodes.operator"],
        &["In", "NotIn"],
    ),
    (
        "core",
        &["ContainerResizePolicy.restartPolicy"],
        &["NotRequired", "RestartContainer"],
    ),
    (
        "core",
        &["PodSpec.dnsPolicy"],
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
    ),
    (
        "core",
        &["PodSpec.preemptionPolicy"],
        &["Never", "PreemptLowerPriority"],
    ),
    ("core", &["PodOS.name"], &["linux", "windows"]),
    ("core", &["SecurityContext.procMount"], &["Default", "Unmasked"]),
    (
        "core",
        &["PodSecurityContext.fsGroupChangePolicy"],
        &["Always", "OnRootMismatch"],
    ),
    (
        "core",
        &["PodSecurityContext.supplementalGroupsPolicy"],
        &["Merge", "Strict"],
    ),
    (
        "core",
        &["PodSecurityContext.seLinuxChangePolicy"],
        &["MountOption", "Recursive"],
    ),
    ("core", &["SeccompProfile.type", "AppArmorProfile.type"], PROFILE),
    (
        "core",
        &[
            "ContainerPort.protocol",
            "ServicePort.protocol",
            "EndpointPort.protocol",
            "PortStatus.protocol",
        ],
        PROTOCOL,
    ),
    (
        "core",
        &["VolumeMount.mountPropagation"],
        &["None", "HostToContainer", "Bidirectional"],
    ),
    (
        "core",
        &["VolumeMount.recursiveReadOnly"],
        &["Disabled", "IfPossible", "Enabled"],
    ),
    (
        "core",
        &["HostPathVolumeSource.type"],
        &[
            "",
            "DirectoryOrCreate",
            "Directory",
            "FileOrCreate",
            "File",
            "Socket",
            "CharDevice",
            "BlockDevice",
        ],
    ),
    (
        "core",
        &["AzureDiskVolumeSource.cachingMode"],
        &["None", "ReadOnly", "ReadWrite"],
    ),
    (
        "core",
        &["AzureDiskVolumeSource.kind"],
        &["Shared", "Dedicated", "Managed"],
    ),
    ("core", &["HTTPGetAction.scheme"], &["HTTP", "HTTPS"]),
    (
        "core",
        &["ServiceSpec.type"],
        &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
    ),
    (
        "core",
        &[
            "ServiceSpec.externalTrafficPolicy",
            "ServiceSpec.internalTrafficPolicy",
        ],
        &["Cluster", "Local"],
    ),
    ("core", &["ServiceSpec.sessionAffinity"], &["None", "ClientIP"]),
    (
        "core",
        &["ServiceSpec.ipFamilyPolicy"],
        &["SingleStack", "PreferDualStack", "RequireDualStack"],
    ),
    ("core", &["ServiceSpec.ipFamilies"], &["IPv4", "IPv6"]),
    (
        "core",
        &["ServiceSpec.trafficDistribution"],
        &["PreferClose", "PreferSameZone", "PreferSameNode"],
    ),
    ("core", &["LoadBalancerIngress.ipMode"], &["VIP", "Proxy"]),
    (
        "core",
        &[
            "PersistentVolumeSpec.accessModes",
            "PersistentVolumeClaimSpec.accessModes",
            "PersistentVolumeClaimStatus.accessModes",
        ],
        ACCESS,
    ),
    (
        "core",
        &[
            "PersistentVolumeSpec.volumeMode",
            "PersistentVolumeClaimSpec.volumeMode",
        ],
        &["Filesystem", "Block"],
    ),
    (
        "core",
        &["PersistentVolumeSpec.persistentVolumeReclaimPolicy"],
        &["Retain", "Delete", "Recycle"],
    ),
    (
        "core",
        &["PersistentVolumeStatus.phase"],
        &["Pending", "Available", "Bound", "Released", "Failed"],
    ),
    (
        "core",
        &["PersistentVolumeClaimStatus.phase"],
        &["Pending", "Bound", "Lost"],
    ),
    ("core", &["Taint.effect", "Toleration.effect"], EFFECT),
    ("core", &["Toleration.operator"], &["Exists", "Equal", "Lt", "Gt"]),
    (
        "core",
        &["NodeSelectorRequirement.operator"],
        &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
    ),
    ("core", &["ScopedResourceSelectorRequirement.operator"], SELECTOR),
    (
        "core",
        &[
            "ScopedResourceSelectorRequirement.scopeName",
            "ResourceQuotaSpec.scopes",
        ],
        &[
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ],
    ),
    (
        "core",
        &["TopologySpreadConstraint.whenUnsatisfiable"],
        &["DoNotSchedule", "ScheduleAnyway"],
    ),
    (
        "core",
        &[
            "TopologySpreadConstraint.nodeAffinityPolicy",
            "TopologySpreadConstraint.nodeTaintsPolicy",
        ],
        &["Honor", "Ignore"],
    ),
    (
        "core",
        &["LimitRangeItem.type"],
        &["Pod", "Container", "PersistentVolumeClaim"],
    ),
    ("core", &["NamespaceStatus.phase"], &["Active", "Terminating"]),
    (
        "core",
        &["PodStatus.phase"],
        &["Pending", "Running", "Succeeded", "Failed", "Unknown"],
    ),
    (
        "core",
        &["PodStatus.qosClass"],
        &["Guaranteed", "Burstable", "BestEffort"],
    ),
    (
        "core",
        &["NodeAddress.type"],
        &[
            "Hostname",
            "InternalIP",
            "ExternalIP",
            "InternalDNS",
            "ExternalDNS",
        ],
    ),
    (
        "core",
        &[
            "PodCondition.status",
            "NodeCondition.status",
            "NamespaceCondition.status",
            "ComponentCondition.status",
            "PersistentVolumeClaimCondition.status",
            "ReplicationControllerCondition.status",
        ],
        STATUS,
    ),
    ("core", &["Event.type"], &["Normal", "Warning"]),
    ("events", &["Event.type"], &["Normal", "Warning"]),
    (
        "apps",
        &["DeploymentStrategy.type"],
        &["Recreate", "RollingUpdate"],
    ),
    (
        "apps",
        &["DaemonSetUpdateStrategy.type", "StatefulSetUpdateStrategy.type"],
        &["RollingUpdate", "OnDelete"],
    ),
    (
        "apps",
        &["StatefulSetSpec.podManagementPolicy"],
        &["OrderedReady", "Parallel"],
    ),
    (
        "apps",
        &[
            "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted",
            "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled",
        ],
        KEEP,
    ),
    (
        "apps",
        &[
            "DeploymentCondition.status",
            "DaemonSetCondition.status",
            "StatefulSetCondition.status",
            "ReplicaSetCondition.status",
        ],
        STATUS,
    ),
    (
        "batch",
        &["CronJobSpec.concurrencyPolicy"],
        &["Allow", "Forbid", "Replace"],
    ),
    ("batch", &["JobSpec.completionMode"], &["NonIndexed", "Indexed"]),
    (
        "batch",
        &["JobSpec.podReplacementPolicy"],
        &["TerminatingOrFailed", "Failed"],
    ),
    (
        "batch",
        &["PodFailurePolicyRule.action"],
        &["FailJob", "FailIndex", "Ignore", "Count"],
    ),
    (
        "batch",
        &["PodFailurePolicyOnExitCodesRequirement.operator"],
        &["In", "NotIn"],
    ),
    (
        "batch",
        &[
            "JobCondition.status",
            "PodFailurePolicyOnPodConditionsPattern.status",
        ],
        STATUS,
    ),
    (
        "networking",
        &["HTTPIngressPath.pathType"],
        &["Exact", "Prefix", "ImplementationSpecific"],
    ),
    (
        "networking",
        &["NetworkPolicySpec.policyTypes"],
        &["Ingress", "Egress"],
    ),
    (
        "networking",
        &["NetworkPolicyPort.protocol", "IngressPortStatus.protocol"],
        PROTOCOL,
    ),
    (
        "networking",
        &["IngressClassParametersReference.scope"],
        &["Cluster", "Namespace"],
    ),
    (
        "policy",
        &["PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy"],
        &["IfHealthyBudget", "AlwaysAllow"],
    ),
    ("rbac", &["RoleRef.kind"], &["Role", "ClusterRole"]),
    ("rbac", &["Subject.kind"], &["User", "Group", "ServiceAccount"]),
    (
        "flowcontrol",
        &["Subject.kind"],
        &["User", "Group", "ServiceAccount"],
    ),
    (
        "flowcontrol",
        &["PriorityLevelConfigurationSpec.type"],
        &["Exempt", "Limited"],
    ),
    ("flowcontrol", &["LimitResponse.type"], &["Queue", "Reject"]),
    (
        "flowcontrol",
        &["FlowDistinguisherMethod.type"],
        &["ByUser", "ByNamespace"],
    ),
    ("autoscaling", &["MetricSpec.type", "MetricStatus.type"], METRICS),
    (
        "autoscaling",
        &["MetricTarget.type"],
        &["Utilization", "Value", "AverageValue"],
    ),
    ("autoscaling", &["HPAScalingPolicy.type"], &["Pods", "Percent"]),
    (
        "autoscaling",
        &["HPAScalingRules.selectPolicy"],
        &["Max", "Min", "Disabled"],
    ),
    (
        "autoscaling",
        &["HorizontalPodAutoscalerCondition.status"],
        STATUS,
    ),
    ("storage", &["StorageClass.reclaimPolicy"], &["Delete", "Retain"]),
    (
        "storage",
        &["StorageClass.volumeBindingMode"],
        &["Immediate", "WaitForFirstConsumer"],
    ),
    (
        "storage",
        &["CSIDriverSpec.fsGroupPolicy"],
        &["ReadWriteOnceWithFSType", "File", "None"],
    ),
    (
        "storage",
        &["CSIDriverSpec.volumeLifecycleModes"],
        &["Persistent", "Ephemeral"],
    ),
    (
        "scheduling",
        &["PriorityClass.preemptionPolicy"],
        &["Never", "PreemptLowerPriority"],
    ),
    (
        "discovery",
        &["EndpointSlice.addressType"],
        &["IPv4", "IPv6", "FQDN"],
    ),
    ("discovery", &["EndpointPort.protocol"], PROTOCOL),
    (
        "resource",
        &["DeviceTaint.effect"],
        &["NoSchedule", "NoExecute", "None"],
    ),
    ("resource", &["DeviceToleration.operator"], &["Exists", "Equal"]),
    (
        "resource",
        &["DeviceToleration.effect"],
        &["NoSchedule", "NoExecute"],
    ),
    (
        "resource",
        &[
            "DeviceRequest.allocationMode",
            "ExactDeviceRequest.allocationMode",
            "DeviceSubRequest.allocationMode",
        ],
        &["ExactCount", "All"],
    ),
    (
        "admissionregistration",
        &[
            "MutatingWebhook.failurePolicy",
            "ValidatingWebhook.failurePolicy",
            "ValidatingAdmissionPolicySpec.failurePolicy",
            "MutatingAdmissionPolicySpec.failurePolicy",
        ],
        &["Ignore", "Fail"],
    ),
    (
        "admissionregistration",
        &[
            "MutatingWebhook.matchPolicy",
            "ValidatingWebhook.matchPolicy",
            "MatchResources.matchPolicy",
        ],
        &["Exact", "Equivalent"],
    ),
    (
        "admissionregistration",
        &["MutatingWebhook.sideEffects", "ValidatingWebhook.sideEffects"],
        &["Unknown", "None", "Some", "NoneOnDryRun"],
    ),
    (
        "admissionregistration",
        &[
            "MutatingWebhook.reinvocationPolicy",
            "MutatingAdmissionPolicySpec.reinvocationPolicy",
        ],
        &["Never", "IfNeeded"],
    ),
    (
        "admissionregistration",
        &[
            "RuleWithOperations.operations",
            "NamedRuleWithOperations.operations",
        ],
        PLUGIN_RULES,
    ),
    (
        "admissionregistration",
        &["RuleWithOperations.scope", "NamedRuleWithOperations.scope"],
        &["Cluster", "Namespaced", "*"],
    ),
    (
        "admissionregistration",
        &["ValidatingAdmissionPolicyBindingSpec.validationActions"],
        &["Deny", "Warn", "Audit"],
    ),
    (
        "admissionregistration",
        &["ParamRef.parameterNotFoundAction"],
        &["Allow", "Deny"],
    ),
    (
        "admissionregistration",
        &["Mutation.patchType"],
        &["ApplyConfiguration", "JSONPatch"],
    ),
    (
        "admissionregistration",
        &["Validation.reason"],
        &["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"],
    ),
    (
        "apiextensions",
        &["CustomResourceDefinitionSpec.scope"],
        &["Cluster", "Namespaced"],
    ),
    (
        "apiextensions",
        &["CustomResourceConversion.strategy"],
        &["None", "Webhook"],
    ),
    (
        "apiextensions",
        &["CustomResourceDefinitionCondition.status"],
        STATUS,
    ),
    (
        "apiextensions",
        &["JSONSchemaProps.x-kubernetes-list-type"],
        &["atomic", "set", "map"],
    ),
    (
        "apiextensions",
        &["JSONSchemaProps.x-kubernetes-map-type"],
        &["granular", "atomic"],
    ),
    ("apiregistration", &["APIServiceCondition.status"], STATUS),
    (
        "flowcontrol",
        &[
            "FlowSchemaCondition.status",
            "PriorityLevelConfigurationCondition.status",
        ],
        STATUS,
    ),
    ("internal", &["StorageVersionCondition.status"], STATUS),
    (
        "core",
        &["ModifyVolumeStatus.status"],
        &["Pending", "InProgress", "Infeasible"],
    ),
    (
        "core",
        &["ResourceHealth.health"],
        &["Healthy", "Unhealthy", "Unknown"],
    ),
    (
        "core",
        &[
            "ScaleIOVolumeSource.storageMode",
            "ScaleIOPersistentVolumeSource.storageMode",
        ],
        &["ThickProvisioned", "ThinProvisioned"],
    ),
    (
        "certificates",
        &["CertificateSigningRequestCondition.type"],
        &["Approved", "Denied", "Failed"],
    ),
    (
        "certificates",
        &["CertificateSigningRequestCondition.status"],
        STATUS,
    ),
    (
        "certificates",
        &["CertificateSigningRequestSpec.usages"],
        &[
            "signing",
            "digital signature",
            "content commitment",
            "key encipherment",
            "key agreement",
            "data encipherment",
            "cert sign",
            "crl sign",
            "encipher only",
            "decipher only",
            "any",
            "server auth",
            "client auth",
            "code signing",
            "email protection",
            "s/mime",
            "ipsec end system",
            "ipsec tunnel",
            "ipsec user",
            "timestamping",
            "ocsp signing",
            "microsoft sgc",
            "netscape sgc",
        ],
    ),
    ("meta", &["Condition.status"], STATUS),
    ("meta", &["FieldSelectorRequirement.operator"], SELECTOR),
    ("meta", &["ManagedFieldsEntry.operation"], &["Apply", "Update"]),
    (
        "meta",
        &["DeleteOptions.propagationPolicy"],
        &["Orphan", "Background", "Foreground"],
    ),
    (
        "podsecurity",
        &[
            "PodSecurityDefaults.enforce",
            "PodSecurityDefaults.audit",
            "PodSecurityDefaults.warn",
        ],
        LEVELS,
    ),
    ("audit", &["Policy.omitStages", "PolicyRule.omitStages"], STAGES),
    (
        "audit",
        &["PolicyRule.level"],
        &["None", "Metadata", "Request", "RequestResponse"],
    ),
    ("apiserver", &["KMSConfiguration.apiVersion"], &["v1", "v2"]),
    (
        "apiserver",
        &["AuthorizerConfiguration.type"],
        &["Webhook", "Node", "RBAC", "ABAC", "AlwaysAllow", "AlwaysDeny"],
    ),
    (
        "apiserver",
        &["WebhookConfiguration.failurePolicy"],
        &["NoOpinion", "Deny"],
    ),
    (
        "apiserver",
        &["WebhookConnectionInfo.type"],
        &["KubeConfigFile", "InClusterConfig"],
    ),
    (
        "kubelet",
        &["KubeletAuthorization.mode"],
        &["AlwaysAllow", "Webhook"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.imagePullCredentialsVerificationPolicy"],
        &[
            "NeverVerify",
            "NeverVerifyPreloadedImages",
            "NeverVerifyAllowlistedImages",
            "AlwaysVerify",
        ],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.configMapAndSecretChangeDetectionStrategy"],
        &["Get", "Cache", "Watch"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.hairpinMode"],
        &["promiscuous-bridge", "hairpin-veth", "none"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.topologyManagerPolicy"],
        &["none", "best-effort", "restricted", "single-numa-node"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.topologyManagerScope"],
        &["container", "pod"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.memoryReservationPolicy"],
        &["None", "TieredReservation"],
    ),
    (
        "kubelet",
        &["KubeletConfiguration.tlsMinVersion"],
        &["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"],
    ),
];

/// Enumerations that have all values they will ever have.
const CLOSED: &[Row] = &[
    ("admission", &["AdmissionRequest.operation"], OPERATIONS),
    ("meta", &["LabelSelectorRequirement.operator"], SELECTOR),
];

/// Puts the enumerations in place of text; a row whose field is gone or is no text fails.
pub(crate) fn apply(model: &mut Model) {
    for (rows, closed) in [(OPEN, false), (CLOSED, true)] {
        for (label, fields, values) in rows {
            let choice = Shape::Enum {
                values: values.iter().map(|value| (*value).to_owned()).collect(),
                closed,
            };
            for path in *fields {
                let (name, field) = path.split_once('.').expect("a type and a field");
                let mut found = false;
                for record in model.every_version(label, name) {
                    if let Some(field) = record.fields.get_mut(field) {
                        field.shape.replace_text(choice.clone());
                        found = true;
                    }
                }
                assert!(found, "no field {label} {path}");
            }
        }
    }
}
