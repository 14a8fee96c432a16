//! A gate for Terraform: reads what `terraform show -json` writes, says what is wrong with the changes that
//! are planned, and ends with a status that CI understands.
//!
//! `terraform show -json plan.out | cargo run -p wardlaw --example terraform_plan`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

use std::{
    error::Error,
    io::{self, Read},
    process::ExitCode,
};

use wardlaw::{Decision, Engine};

const POLICY: &str = r#"
package terraform

input plan: {
    resource_changes: [{
        address: string,
        type: string,
        change: { actions: [string], after: any? },
    }],
}

let changes = [r for r in plan.resource_changes when "create" in r.change.actions or "update" in r.change.actions]

/// A bucket that anybody can read is a mistake until somebody says otherwise.
rule public_bucket {
    for r in changes when r.type == "aws_s3_bucket_acl"
    when r.change.after?.acl in ["public-read", "public-read-write"]
    deny "{r.address} makes a bucket public" at r.change.after
}

/// SSH is not for everybody.
rule open_ssh {
    for r in changes when r.type == "aws_security_group_rule"
    given rule = r.change.after
    when rule.type == "ingress" and rule.from_port == 22
    when "0.0.0.0/0" in (rule.cidr_blocks ?? [])
    deny "{r.address} opens port 22 to everybody" at rule.cidr_blocks
}

/// What holds data is not destroyed by a plan alone.
rule destroyed_data {
    for r in plan.resource_changes when r.type in ["aws_db_instance", "aws_s3_bucket"]
    when "delete" in r.change.actions
    deny "{r.address} is destroyed, and holds data" at r.change.actions
}
"#;

/// Decides about a plan.
fn gate(plan: &str) -> Result<Decision, Box<dyn Error>> {
    let engine = Engine::builder().source("terraform.ward", POLICY).build()?;
    Ok(engine.decide_json(plan)?)
}

fn main() -> ExitCode {
    let mut plan = String::new();
    if let Err(error) = io::stdin().read_to_string(&mut plan) {
        eprintln!("the plan cannot be read: {error}");
        return ExitCode::from(2);
    }
    match gate(&plan) {
        Err(error) => {
            eprintln!("no decision: {error}");
            ExitCode::from(2)
        }
        Ok(decision) => {
            for finding in &decision.findings {
                println!("{} [{}]: {}", finding.rule, finding.path, finding.message);
            }
            ExitCode::from(u8::from(!decision.allowed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{
        "format_version": "1.2",
        "resource_changes": [
            { "address": "aws_s3_bucket_acl.site", "type": "aws_s3_bucket_acl",
              "change": { "actions": ["create"], "before": null, "after": { "acl": "public-read" } } },
            { "address": "aws_security_group_rule.ssh", "type": "aws_security_group_rule",
              "change": { "actions": ["create"], "after":
                { "type": "ingress", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"] } } },
            { "address": "aws_security_group_rule.web", "type": "aws_security_group_rule",
              "change": { "actions": ["create"], "after":
                { "type": "ingress", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"] } } },
            { "address": "aws_db_instance.orders", "type": "aws_db_instance",
              "change": { "actions": ["delete"], "after": null } }
        ]
    }"#;

    #[test]
    fn a_plan_is_gated() {
        let decision = gate(PLAN).unwrap();
        let found: Vec<_> = decision
            .findings
            .iter()
            .map(|finding| (finding.message.as_str(), finding.path.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "aws_db_instance.orders is destroyed, and holds data",
                    "/resource_changes/3/change/actions"
                ),
                (
                    "aws_security_group_rule.ssh opens port 22 to everybody",
                    "/resource_changes/1/change/after/cidr_blocks"
                ),
                (
                    "aws_s3_bucket_acl.site makes a bucket public",
                    "/resource_changes/0/change/after"
                ),
            ]
        );
        assert!(gate(r#"{ "resource_changes": [] }"#).unwrap().allowed);
        assert!(gate("Error: no plan").is_err());
    }
}
