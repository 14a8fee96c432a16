# W4 with the index that its author has to write by hand where loops are too slow.
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

role_index := {key: r |
	some r in data.roles
	key := concat("/", [r.metadata.namespace, r.metadata.name])
}

cluster_index := {r.metadata.name: r | some r in data.cluster_roles}

escalates contains key if {
	some b in data.role_bindings
	b.roleRef.kind == "Role"
	r := role_index[concat("/", [b.metadata.namespace, b.roleRef.name])]
	some rule in r.rules
	risky(rule)
	some key in subjects(b)
}

escalates contains key if {
	some b in data.role_bindings
	b.roleRef.kind == "ClusterRole"
	r := cluster_index[b.roleRef.name]
	some rule in r.rules
	risky(rule)
	some key in subjects(b)
}
