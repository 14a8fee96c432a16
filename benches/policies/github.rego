# The github application of the Cedar paper.
package github

import rego.v1

roles := {
	"read": ["readers", "triagers", "writers", "maintainers", "admins"],
	"triage": ["triagers", "writers", "maintainers", "admins"],
	"write": ["writers", "maintainers", "admins"],
	"maintain": ["maintainers", "admins"],
	"admin": ["admins"],
}

owner_roles := {
	"read": ["readers", "writers", "admins"],
	"triage": ["writers", "admins"],
	"write": ["writers", "admins"],
	"maintain": ["admins"],
	"admin": ["admins"],
}

reached := graph.reachable(data.graph, [input.principal.id])

allow if {
	some role in roles[input.action]
	input.resource.attributes[role] in reached
}

allow if {
	some role in owner_roles[input.action]
	input.owner[role] in reached
}
