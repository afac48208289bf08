"""Functions, versions and execution environments of the Lambda stand-in; nothing of HTTP."""

import datetime
import hashlib
import itertools
import json
import random
import re
import threading
import uuid

NAME = r"[a-zA-Z0-9-_]{1,64}"
SPEC = re.compile(
    rf"(?:(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>\d{{12}}):function:)?(?P<name>{NAME})"
    r"(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)
VARIABLE = re.compile(r"[a-zA-Z]([a-zA-Z0-9_])+")
RESERVED = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
RESERVED |= {"_HANDLER", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"}
FUNCTION_KEYS = set(
    "init_ms duration_ms memory used_mb timeout_s seed environment description log_format snapstart runtime xray"
    " payload said hold_ms invokes update_polls update_fails publish_polls publish_fails cold_on revision_moves"
    " versions package_type".split()
)


class ApiError(Exception):
    """An error answer: status, error type, message. A violation is a request that no careful client sends."""

    def __init__(self, status, error, message, *, violation=None, body=None, headers=None):
        super().__init__(message)
        self.status, self.error, self.message, self.violation = status, error, message, violation
        self.body, self.headers = body or {}, headers or {}


def conflict(message):
    return ApiError(409, "ResourceConflictException", message, body={"Type": "User"})


def digest(variables):
    """A digest of an environment that a log may hold where the values themselves may not."""
    return hashlib.sha256(json.dumps(variables, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]


class Function:
    """One function: $LATEST, its published versions, its idle execution environments."""

    def __init__(self, name, said, *, region, account):
        unknown = set(said) - FUNCTION_KEYS
        if unknown:
            raise SystemExit(f"scenario: function {name}: unknown {sorted(unknown)}")
        self.name, self.said = name, said
        self.arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
        self.random = random.Random(said.get("seed", 0))
        self.invokes = list(
            itertools.chain.from_iterable(
                [entry] * (entry.get("times", 1) if isinstance(entry, dict) else 1) for entry in said.get("invokes", [])
            )
        )
        self.environment = dict(said.get("environment", {}))
        self.description = said.get("description", "")
        self.revision = str(uuid.uuid4())
        self.config = 1  # counts what makes environments stale
        self.status, self.reason, self.polls = "Successful", None, 0
        self.settling = None  # (environment, description, config) of an update in progress
        self.versions = {}
        self.published = 0
        self.idle = {}  # (version, config): environments
        self.made = itertools.count(1)
        for _ in range(said.get("versions", 0)):
            self._add_version("", "Active", 0)

    def _add_version(self, description, state, polls):
        self.published += 1
        number = str(self.published)
        self.versions[number] = {
            "environment": dict(self.environment),
            "description": description or self.description,
            "source": (self.config, self.description, digest(self.environment)),
            "state": state,
            "polls": polls,
            "revision": str(uuid.uuid4()),
        }
        return number

    def qualified(self, version):
        return f"{self.arn}:{version}"

    def find_version(self, qualifier):
        if qualifier in (None, "$LATEST"):
            return "$LATEST"
        if qualifier not in self.versions:
            raise ApiError(
                404,
                "ResourceNotFoundException",
                f"Function not found: {self.arn}:{qualifier}",
                body={"Type": "User"},
            )
        return qualifier

    def _settle(self):
        """One poll of the configuration."""
        if self.status != "InProgress":
            return
        if self.polls > 0:
            self.polls -= 1
            return
        if self.said.get("update_fails"):
            self.status, self.reason, self.settling = "Failed", self.said["update_fails"], None
        else:
            self.status = "Successful"
            self.environment, self.description, self.config = self.settling
            self.settling = None
        if self.said.get("revision_moves", True):
            self.revision = str(uuid.uuid4())

    def configuration(self, qualifier, *, poll=True):
        version = self.find_version(qualifier)
        latest = version == "$LATEST"
        state, reason = "Active", None
        if latest:
            if poll:
                self._settle()
            environment, description = (self.settling or (self.environment, self.description))[:2]
            revision = self.revision
        else:
            one = self.versions[version]
            if poll and one["state"] == "Pending":
                one["polls"] -= 1
                if one["polls"] < 0:
                    one["state"] = "Failed" if self.said.get("publish_fails") else "Active"
            state, reason = one["state"], self.said.get("publish_fails")
            environment, description, revision = one["environment"], one["description"], one["revision"]
        snapstart = bool(self.said.get("snapstart"))
        answer = {
            "FunctionName": self.name,
            "FunctionArn": self.arn if latest and qualifier is None else self.qualified(version),
            "Runtime": self.said.get("runtime", "python3.12"),
            "Role": "arn:aws:iam::123456789012:role/stub",
            "Handler": "main.handler",
            "CodeSize": 1234,
            "Description": description,
            "Timeout": self.said.get("timeout_s", 3),
            "MemorySize": self.said.get("memory", 128),
            "LastModified": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "CodeSha256": "4Yw7DJKXwXYNJ0vXqUh1xJZBXSnnY0vyKnXg2NWgQpM=",
            "Version": version,
            "TracingConfig": {"Mode": "Active" if self.said.get("xray") else "PassThrough"},
            "RevisionId": revision,
            "State": state,
            "LastUpdateStatus": self.status if latest else "Successful",
            "PackageType": self.said.get("package_type", "Zip"),
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {
                "ApplyOn": "PublishedVersions" if snapstart else "None",
                "OptimizationStatus": "On" if snapstart and not latest and state == "Active" else "Off",
            },
            "LoggingConfig": {"LogFormat": self.said.get("log_format", "Text"), "LogGroup": f"/aws/lambda/{self.name}"},
        }
        if environment:
            # Lambda gives no Environment at all for a function without variables.
            answer["Environment"] = {"Variables": environment}
        if latest and self.status == "InProgress":
            answer["LastUpdateStatusReason"] = "The function is being created."
            answer["LastUpdateStatusReasonCode"] = "Creating"
        elif latest and self.status == "Failed":
            answer["LastUpdateStatusReason"], answer["LastUpdateStatusReasonCode"] = self.reason, "InternalError"
        if state != "Active":
            answer["StateReason"] = reason or "The function is being created."
            answer["StateReasonCode"] = "FunctionError" if reason else "Creating"
        return answer

    def _check_revision(self, sent):
        if sent is not None and sent != self.revision:
            raise ApiError(
                412,
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to"
                " retrieve the latest Revision Id",
                body={"Type": "User"},
            )

    def _check_idle(self):
        if self.status == "InProgress":
            raise conflict(
                f"The operation cannot be performed at this time. An update is in progress for resource: {self.arn}"
            )

    def update(self, sent):
        self._check_idle()
        self._check_revision(sent.get("RevisionId"))
        environment, description, config = self.environment, self.description, self.config
        if "Environment" in sent:
            environment = dict(sent["Environment"].get("Variables", {}))
        if "Description" in sent:
            description = sent["Description"]
        if self.said.get("cold_on", "any") == "any" or environment != self.environment:
            config += 1
        self.settling = (environment, description, config)
        self.status, self.polls = "InProgress", self.said.get("update_polls", 1)
        self.revision = str(uuid.uuid4())
        return self.configuration(None, poll=False)

    def publish(self, sent):
        self._check_idle()
        self._check_revision(sent.get("RevisionId"))
        source = (self.config, self.description, digest(self.environment))
        last = max(self.versions, key=int, default=None)
        if last is None or self.versions[last]["source"] != source:
            last = self._add_version(sent.get("Description", ""), "Pending", self.said.get("publish_polls", 1))
        return self.configuration(last, poll=False)

    def delete(self, version):
        del self.versions[version]
        self.idle = {key: value for key, value in self.idle.items() if key[0] != version}

    def take(self, qualifier):
        """(version, environment, is it cold) for an invocation."""
        version = self.find_version(qualifier)
        if version != "$LATEST" and self.versions[version]["state"] != "Active":
            state = self.versions[version]["state"]
            raise conflict(
                "The operation cannot be performed at this time. The function is currently in the following state: "
                + state
            )
        key = (version, self.config if version == "$LATEST" else 0)
        waiting = self.idle.setdefault(key, [])
        if waiting:
            return version, (key, waiting.pop()), False
        return version, (key, next(self.made)), True

    def give_back(self, environment):
        self.idle.setdefault(environment[0], []).append(environment[1])


def check_environment(said):
    def refuse(why):
        return ApiError(400, "InvalidParameterValueException", why, violation=why, body={"Type": "User"})

    if not isinstance(said, dict) or set(said) - {"Variables"} or not isinstance(said.get("Variables", {}), dict):
        raise refuse("Environment is not {Variables: {...}}")
    variables = said.get("Variables", {})
    for name, value in variables.items():
        if not VARIABLE.fullmatch(name) or not isinstance(value, str):
            raise refuse(f"Environment variable {name!r} is not valid")
        if name in RESERVED:
            raise refuse(f"Reserved environment variable {name!r}")
    if len(json.dumps(variables).encode()) > 4096:
        raise refuse("Lambda was unable to configure your environment variables: more than 4KB")
    return dict(variables)


class Account:
    """All functions of a scenario. Its lock guards every one."""

    def __init__(self, scenario):
        self.region = scenario.get("region", "eu-west-1")
        self.account = scenario.get("account", "123456789012")
        self.lock = threading.Lock()
        self.functions = {
            name: Function(name, said, region=self.region, account=self.account)
            for name, said in scenario.get("functions", {}).items()
        }

    def find(self, spec, qualifier):
        """(function, qualifier) of a decoded path segment and a query's Qualifier."""
        matched = SPEC.fullmatch(spec)
        if not matched:
            why = f"Value '{spec}' at 'functionName' failed to satisfy constraint"
            raise ApiError(400, "ValidationException", why, violation=why)
        named = matched["qualifier"]
        if named and qualifier and named != qualifier:
            why = "The derived qualifier from the function name does not match the specified qualifier."
            raise ApiError(400, "InvalidParameterValueException", why, violation=why, body={"Type": "User"})
        if (matched["region"] or self.region) != self.region or (matched["account"] or self.account) != self.account:
            raise ApiError(403, "AccessDeniedException", f"not authorized to perform this on {spec}")
        if matched["name"] not in self.functions:
            missing = f"arn:aws:lambda:{self.region}:{self.account}:function:{matched['name']}"
            message = f"Function not found: {missing}"
            raise ApiError(404, "ResourceNotFoundException", message, body={"Type": "User"})
        return self.functions[matched["name"]], named or qualifier
