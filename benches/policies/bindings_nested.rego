# W4 written as one reads it: for each binding, for each role.
package bindings

import rego.v1

risky(rule) if {
	some verb in rule.verbs
	verb in {"*", "escalate", "bind", "impersonate"}
}

risky(rule) if {
	some resource in rule.resources
	resource in {"*", "secrets"}
	some verb in rule.verbs
	verb in {"*", "get", "list"}
}

risky(rule) if {
	"pods" in rule.resources
	"create" in rule.verbs
}

subjects(b) := {key |
	some s in b.subjects
	key := concat("/", [s.kind, s.name, object.get(s, "namespace", ""), b.metadata.name])
}

escalates contains key if {
	some b in data.role_bindings
	b.roleRef.kind == "Role"
	some r in data.roles
	r.metadata.namespace == b.metadata.namespace
	r.metadata.name == b.roleRef.name
	some rule in r.rules
	risky(rule)
	some key in subjects(b)
}

escalates contains key if {
	some b in data.role_bindings
	b.roleRef.kind == "ClusterRole"
	some r in data.cluster_roles
	r.metadata.name == b.roleRef.name
	some rule in r.rules
	risky(rule)
	some key in subjects(b)
}
