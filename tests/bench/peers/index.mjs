// Speaks Lambda's Runtime API by hand, over one connection, and answers events of an HTTP API.

import http from "node:http";
import { decide, isProven } from "./decide.mjs";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = http.request({ hostname, port, method, path: `/2018-06-01/runtime/invocation/${path}`, agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function handle(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString("utf8") : (event.body ?? "");
  const parameters = Object.fromEntries(new URLSearchParams(text));
  if (!isProven(event.rawPath, event.rawQueryString, event.headers["x-twilio-signature"], parameters)) return { statusCode: 403 };
  return { statusCode: 200, headers: { "content-type": "text/xml" }, body: decide(parameters) };
}

for (;;) {
  const { headers, text } = await call("GET", "next");
  await call("POST", `${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(handle(JSON.parse(text))));
}
