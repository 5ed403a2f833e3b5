"""The routes of a deployed HTTP API.

SAM writes routes and integrations into the API as an OpenAPI `Body`, which the emulator's CloudFormation keeps but does
not import. This does what AWS does with it: one integration and one route for each operation.
"""

import re

METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}


def import_body(cloudformation, apigateway, stack_name: str) -> str:
    """Creates what the stack's one HTTP API describes in its body, and returns the API's id."""
    template = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    resources = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        for resource in page["StackResourceSummaries"]
    }
    [(logical_id, api)] = [
        (name, resource) for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
    ]
    api_id = resources[logical_id]
    for path, operations in api["Properties"]["Body"]["paths"].items():
        for method in METHODS & operations.keys():
            described = operations[method]["x-amazon-apigateway-integration"]
            integration = apigateway.create_integration(
                ApiId=api_id,
                IntegrationType=described["type"].upper(),
                IntegrationMethod=described["httpMethod"],
                IntegrationUri=function_of(described["uri"], resources),
                PayloadFormatVersion=described["payloadFormatVersion"],
            )
            by_iam = any("AWS_IAM" in authorizer for authorizer in operations[method].get("security", []))
            apigateway.create_route(
                ApiId=api_id,
                RouteKey=f"{method.upper()} {path}",
                AuthorizationType="AWS_IAM" if by_iam else "NONE",
                Target=f"integrations/{integration['IntegrationId']}",
            )
    return api_id


def function_of(uri: object, resources: dict[str, str]) -> str:
    """The name of the function that an integration's uri means, written `…/functions/${LogicalId.Arn}/invocations`."""
    found = re.search(r"/functions/\$\{(\w+)\.Arn\}/invocations", str(uri))
    if not found:
        raise ValueError(f"An integration that is no function of the stack: {uri}")
    return resources[found[1]]
