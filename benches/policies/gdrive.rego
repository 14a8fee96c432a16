# The gdrive application of the Cedar paper.
package gdrive

import rego.v1

allow if {
	input.action == "read"
	input.resource.attributes.isPublic
}

allow if {
	input.action == "read"
	input.principal.attributes.view in graph.reachable(data.graph, [input.resource.id])
}

allow if {
	input.action in {"read", "write", "share"}
	input.resource.id in input.principal.attributes.ownedDocuments
}

allow if {
	input.action in {"read", "write", "share"}
	some folder in input.principal.attributes.ownedFolders
	folder in graph.reachable(data.graph, [input.resource.id])
}

allow if {
	input.action == "changeOwner"
	input.resource.id in input.principal.attributes.ownedDocuments
}

allow if {
	input.action == "createDocument"
	input.resource.id in input.principal.attributes.ownedFolders
}
