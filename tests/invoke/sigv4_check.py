"""Verifies a request's Signature Version 4 with botocore's own signer, as the Lambda front end would."""

import datetime
import hashlib
import hmac
import re
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([A-Za-z0-9]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request,"
    r" ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
INVALID_TOKEN = "The security token included in the request is invalid."
EXPIRED_TOKEN = "The security token included in the request is expired"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)
CLOCK_S = 300


class Refused(Exception):
    """A request that the front end turns down: its error type, its message, and what the state log says of it."""

    def __init__(self, error, message, why):
        super().__init__(why)
        self.error, self.message, self.why = error, message, why


class _Signer(SigV4Auth):
    """Signs exactly the headers that it is given, also those that botocore itself would leave out."""

    def headers_to_sign(self, request):
        chosen = HTTPHeaders()
        for name, value in request.headers.items():
            chosen[name.lower()] = value
        return chosen


def _find(credentials, access_key):
    for one in credentials:
        if one["access_key"] == access_key:
            return one
    raise Refused("UnrecognizedClientException", INVALID_TOKEN, "unknown access key")


def _check_token(credentials, headers, signed):
    expected, sent = credentials.get("session_token"), headers.get("x-amz-security-token")
    if expected is None:
        if sent is not None:
            raise Refused("UnrecognizedClientException", INVALID_TOKEN, "a session token with a long-term key")
        return
    if sent is None:
        raise Refused("UnrecognizedClientException", INVALID_TOKEN, "no session token with a temporary key")
    if sent != expected:
        raise Refused("ExpiredTokenException", EXPIRED_TOKEN, "wrong session token")
    if "x-amz-security-token" not in signed:
        raise Refused("InvalidSignatureException", MISMATCH, "x-amz-security-token is not signed")


def _check_scope(day, region, service, date, expected_region):
    if region != expected_region:
        raise Refused(
            "InvalidSignatureException", "Credential should be scoped to a valid region. ", f"scope region {region}"
        )
    if service != "lambda":
        raise Refused(
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'lambda'. ",
            f"scope service {service}",
        )
    if day != date[:8]:
        raise Refused(
            "InvalidSignatureException",
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' !="
            f" '{date[:8]}', from '{date}'.",
            "scope day is not the date's",
        )


def _check_date(date, now):
    try:
        sent = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        raise Refused(
            "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'.", f"x-amz-date {date!r}"
        ) from None
    if abs((now - sent).total_seconds()) > CLOCK_S:
        text = now.strftime("%Y%m%dT%H%M%SZ")
        raise Refused(
            "InvalidSignatureException",
            f"Signature expired: {date} is now earlier than {text} ({text} - 5 min.)",
            "x-amz-date is more than 5 minutes off",
        )


def verify(method, raw_path, raw_query, headers, body, *, credentials, region, now=None):
    """Gives the signed headers' names, or raises Refused. headers: an email.message.Message, as received."""
    text = headers.get("authorization")
    if text is None:
        raise Refused("MissingAuthenticationTokenException", "Missing Authentication Token", "no Authorization")
    matched = AUTHORIZATION.fullmatch(text)
    if not matched or len(headers.get_all("authorization")) != 1:
        raise Refused(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
            "Authorization is not of SigV4's shape",
        )
    access_key, day, scope_region, service, names, signature = matched.groups()
    signed = names.split(";")
    known = _find(credentials, access_key)
    _check_token(known, headers, signed)
    date = headers.get("x-amz-date", "")
    _check_date(date, now or datetime.datetime.now(datetime.timezone.utc))
    _check_scope(day, scope_region, service, date, region)
    if signed != sorted(set(signed)):
        raise Refused("InvalidSignatureException", MISMATCH, "SignedHeaders is not sorted")
    must = {"host", "x-amz-date"} | {name.lower() for name in headers if name.lower().startswith("x-amz-")}
    for name in sorted(must - set(signed)):
        raise Refused("InvalidSignatureException", MISMATCH, f"{name} is not signed")
    body_hash = headers.get("x-amz-content-sha256")
    if body_hash is not None and body_hash != hashlib.sha256(body).hexdigest():
        raise Refused("InvalidSignatureException", MISMATCH, "x-amz-content-sha256 is not the body's")

    request = AWSRequest(
        method=method,
        url=f"http://{headers['host']}{raw_path}",
        params=parse_qsl(raw_query, keep_blank_values=True),
        data=body,
    )
    for name in signed:
        for value in headers.get_all(name) or ():
            request.headers.add_header(name, value)
        if name not in headers:
            raise Refused("InvalidSignatureException", MISMATCH, f"signed header {name} is not there")
    request.context["timestamp"] = date
    signer = _Signer(Credentials(access_key, known["secret_key"]), "lambda", region)
    canonical = signer.canonical_request(request)
    computed = signer.signature(signer.string_to_sign(request, canonical), request)
    if not hmac.compare_digest(computed, signature):
        raise Refused("InvalidSignatureException", MISMATCH, f"signature mismatch; canonical request {canonical!r}")
    return signed
