"""Twilio's own OpenAPI as a judge of requests and answers: one JSON object a line in, one out.

    {"do": "open", "node": directory}      first: where npm installed Prism and the specifications
    {"do": "check", "journal": [...]}      -> {"checked": count, "problems": [...]}; a journal of twilio_api
    {"do": "shape", "method": M, "path": P, "answer": {...}}                 -> {"problems": [...]}

A request is judged twice. Prism plays the specification and must answer 2xx. It lets unknown names in forms pass, so
names and values are compared with the specification here, too. Problems name no values.

Two things are Twilio's way and not the specification's: a blank value takes a URL or a sid away, and a day may stand
where the specification has a moment. Prism is asked without the one, and with midnight for the other.
"""

import base64
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

SPECIFICATIONS = ["api_v2010", "monitor_v1", "voice_v1", "pricing_v1"]
# What stands for a password: journals have none.
PASSWORD = "A-dummy-password-1"


class Specification:
    def __init__(self, node, name):
        self.node = node
        self.file = node / f"node_modules/@twilio/cli-core/src/services/twilio-api/twilio_{name}.json"
        self.json = json.loads(self.file.read_text())
        self.paths = []
        for template, methods in self.json["paths"].items():
            names = re.findall(r"\{(\w+)\}", template)
            pattern = re.sub(r"\\\{\w+\\\}", "([^/]+?)", re.escape(template))
            self.paths.append((len(names), re.compile(pattern), template, names, methods))
        # `/Countries/US` is what it says before it is what a parameter says.
        self.paths.sort(key=lambda one: one[0])
        self.prism, self.port = None, None

    def resolve(self, schema):
        while "$ref" in schema:
            found = self.json
            for key in schema["$ref"].split("/")[1:]:
                found = found[key]
            schema = found
        return schema

    def find(self, path):
        for _, pattern, template, names, methods in self.paths:
            if (match := pattern.fullmatch(path)) and any(key in methods for key in ("get", "post", "delete")):
                return template, dict(zip(names, match.groups())), methods
        return None

    def start(self):
        if self.prism is not None:
            return
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = self.node / "node_modules/@stoplight/prism-cli/dist/index.js"
        command = ["node", program, "mock", "-h", "127.0.0.1", "-p", str(self.port), self.file]
        self.prism = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in range(600):
            if self.prism.poll() is not None:
                raise RuntimeError(f"Prism ended with {self.prism.returncode}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("Prism does not start")

    def stop(self):
        if self.prism is not None:
            self.prism.kill()
            self.prism.wait()


def differs(schema, value):
    """What is wrong with a parameter's value, if anything is."""
    kind, length = schema.get("type"), len(value)
    if kind == "boolean" and value not in ("true", "false"):
        return "is neither true nor false"
    if kind == "integer":
        if not re.fullmatch(r"-?[0-9]+", value):
            return "is no whole number"
        if not schema.get("minimum", int(value)) <= int(value) <= schema.get("maximum", int(value)):
            return "is out of range"
    if "enum" in schema and value not in schema["enum"]:
        return "is none of " + ", ".join(schema["enum"])
    if not schema.get("minLength", 0) <= length <= schema.get("maxLength", length):
        return "is too short or too long"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return "is not of the form " + schema["pattern"]
    if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", value):
        return "is no date"
    if schema.get("format") == "uri" and not re.match(r"https?://[^/\s]+", value):
        return "is no URL"
    return None


def may_be_blank(schema):
    return schema.get("format") == "uri" or re.match(r"\^[A-Z]{2}\[", schema.get("pattern", "")) is not None


def schemas(specification, operation):
    """The parameters of an operation by where they stand, and the names that must be there."""
    query, form, path, required = {}, {}, {}, set()
    for parameter in operation.get("parameters", []):
        parameter = specification.resolve(parameter)
        where = {"query": query, "path": path}[parameter["in"]]
        where[parameter["name"]] = specification.resolve(parameter["schema"])
        if parameter.get("required") and where is query:
            required.add(parameter["name"])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = specification.resolve(content["schema"])
        form |= {name: specification.resolve(schema) for name, schema in body.get("properties", {}).items()}
        required |= set(body.get("required", []))
    return query, form, path, required


def judge(specification, found, request):
    template, values, methods = found
    operation = methods.get(request["method"].lower())
    if operation is None:
        return [f"{template} has no {request['method']}"], None
    query, form, path, required = schemas(specification, operation)
    problems, kept = [], {}
    for name, value in values.items():
        if wrong := differs(path[name], value):
            problems.append(f"{name} of the path {wrong}")
    for where, known in (("query", query), ("form", form)):
        kept[where] = []
        for name, value in request[where]:
            if name not in known:
                problems.append(f"{name} is no parameter of the {where}")
            elif value == "" and may_be_blank(known[name]):
                continue
            elif wrong := differs(known[name], value):
                problems.append(f"{name} of the {where} {wrong}")
            is_day = known.get(name, {}).get("format") == "date-time" and "T" not in value
            kept[where].append((name, f"{value}T00:00:00Z" if is_day else value))
    given = [name for name, _ in request["query"] + request["form"]]
    problems += [f"{name} is missing" for name in sorted(required - set(given))]
    problems += [f"{name} is given twice" for name in sorted({name for name in given if given.count(name) > 1})]
    return problems, kept


def play(specification, request, kept):
    """What Prism says of it, unless it is content."""
    specification.start()
    connection = http.client.HTTPConnection("127.0.0.1", specification.port, timeout=60)
    query = urlencode(kept["query"], quote_via=quote)
    target = request["path"] + (f"?{query}" if query else "")
    headers = {"Authorization": "Basic " + base64.b64encode(b"AC:token").decode(), "Accept": "application/json"}
    body = None
    if request["method"] == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(kept["form"])
    connection.request(request["method"], target, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if 200 <= answer.status < 300:
        return []
    try:
        said = json.loads(text)
        why = [f"{'.'.join(one.get('location', []))} {one['message']}" for one in said.get("validation", [])]
        why = "; ".join(why) or said.get("title", "")
    except ValueError:
        why = "no JSON"
    return [f"Prism answers {answer.status}: {why}"]


def check(specifications, journal):
    problems, seen = [], set()
    for entry in journal:
        request = {key: entry[key] for key in ("method", "path")}
        for where in ("query", "form"):
            request[where] = [[name, PASSWORD if value == "***" else value] for name, value in entry[where]]
        key = json.dumps(request)
        if key in seen:
            continue
        seen.add(key)
        named = f"{request['method']} {request['path']}"
        found = [(one, one.find(request["path"])) for one in specifications]
        found = [(one, where) for one, where in found if where is not None]
        if not found:
            problems.append(f"{named}: Twilio has no such path")
            continue
        wrong, kept = judge(*found[0], request)
        if kept is not None:
            wrong += play(found[0][0], request, kept)
        problems += [f"{named}: {one}" for one in wrong]
    return {"checked": len(seen), "problems": problems}


def compare(specification, schema, value, where):
    """Where an answer has not exactly the fields of its schema, or a value of another type."""
    schema = specification.resolve(schema)
    if value is None:
        return [] if schema.get("nullable", True) else [f"{where} is null"]
    if schema.get("type") == "array":
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [wrong for row in value for wrong in compare(specification, schema["items"], row, where + "[]")]
    # Prices are numbers in the schema, and text in its examples and at Twilio.
    kinds = {"string": str, "boolean": bool, "integer": int, "object": dict, "number": (int, float, str)}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [f"{where} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is none of {schema['enum']}"]
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return [f"{where} is not of the form {schema['pattern']}"]
    fields = schema.get("properties")
    if not fields or not isinstance(value, dict):
        return []
    problems = [f"{where}.{name} is unknown" for name in value if name not in fields]
    for name, one in fields.items():
        if name in value:
            problems += compare(specification, one, value[name], f"{where}.{name}")
        else:
            problems.append(f"{where}.{name} is missing")
    return problems


def shape(specifications, asked):
    for specification in specifications:
        if found := specification.find(asked["path"]):
            responses = found[2][asked["method"].lower()]["responses"]
            content = next(iter(responses.values()))["content"]["application/json"]
            return {"problems": compare(specification, content["schema"], asked["answer"], "answer")}
    return {"problems": [f"Twilio has no path {asked['path']}"]}


def main():
    specifications = []
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            if asked["do"] == "open":
                specifications = [Specification(Path(asked["node"]), name) for name in SPECIFICATIONS]
                answer = {"specifications": len(specifications)}
            elif asked["do"] == "check":
                answer = check(specifications, asked["journal"])
            else:
                answer = shape(specifications, asked)
            print(json.dumps(answer), flush=True)
    finally:
        # The end of our input is the end of the tests.
        for specification in specifications:
            specification.stop()


main()
