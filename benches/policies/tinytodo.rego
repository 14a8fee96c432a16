# The tinytodo application of the Cedar paper.
package tinytodo

import rego.v1

reached := graph.reachable(data.graph, [input.principal.id])

allow if input.action in {"CreateList", "GetLists"}

allow if input.resource.attributes.owner == input.principal.id

allow if {
	input.action == "GetList"
	input.resource.attributes.readers in reached
}

allow if {
	input.action in {"GetList", "UpdateList", "CreateTask", "UpdateTask", "DeleteTask"}
	input.resource.attributes.editors in reached
}
