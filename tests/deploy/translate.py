"""AWS's own translator of SAM templates: {"template": …, "parameters": …} in, a CloudFormation template out."""

import json
import sys

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

asked = json.load(sys.stdin)
document, parameters = asked["template"], asked["parameters"]
for name, parameter in document["Parameters"].items():
    if "Default" in parameter:
        parameters.setdefault(name, parameter["Default"])
arn = "arn:aws:iam::aws:policy/{}".format
policies = {name: arn(name) for name in ("AWSXrayWriteOnlyAccess", "AWSLambdaBasicExecutionRole")}
translator = Translator(policies, Parser())
json.dump(translator.translate(document, parameters), sys.stdout)
