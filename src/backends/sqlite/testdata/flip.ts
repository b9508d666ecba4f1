/** Leases and releases one job until it is killed. Arguments: path. @module */

import { OwnQueue, REQUEST } from "../testing.ts";

const [path] = Deno.args as [string];
const queue = new OwnQueue({ path, busyTimeoutMs: 10_000 });
console.log("open");
while (true) {
  const jobs = await queue.lease(REQUEST);
  await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "release" })));
}
