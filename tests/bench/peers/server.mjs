// The same decision behind Express, for throughput.

import express from "express";
import { decide, isProven } from "./decide.mjs";

const app = express();
app.disable("x-powered-by");
app.set("etag", false);
app.post("/outgoing", express.urlencoded({ extended: false }), (request, response) => {
  const [path, query] = request.originalUrl.split("?", 2);
  if (!isProven(path, query, request.get("x-twilio-signature"), request.body)) return response.sendStatus(403);
  response.type("text/xml").send(decide(request.body));
});
const server = app.listen(Number(process.argv[2]), "127.0.0.1");
server.keepAliveTimeout = 600_000;
