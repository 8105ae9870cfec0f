"""Prints a SAM template as CloudFormation gets it, as JSON.

cfn-lint and our own assertions look at this form: what SAM adds (policies, roles, mappings) is not in the template.
"""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """SAM asks for the ARNs of managed policies by name; we attach none, and there is no account to ask."""

    def load(self):
        return {}


def packaged(template):
    """Names places in a bucket for what `sam deploy` would upload."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packaged/function.zip"
        if resource["Type"] == "AWS::Serverless::Application":
            resource["Properties"]["Location"] = "https://packaged.s3.amazonaws.com/nested.yaml"
    return template


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        template = packaged(yaml_parse(file.read()))
    json.dump(transform(template, {}, NoManagedPolicies()), sys.stdout, indent=1)


main()
