/** Leases everything in a database and never settles. Arguments: path, length of the leases. @module */

import { OwnQueue, REQUEST } from "../testing.ts";

const [path, leaseMs] = Deno.args as [string, string];
const queue = new OwnQueue({ path });
const jobs = await queue.lease({ ...REQUEST, limit: 1_000, leaseMs: Number(leaseMs), workerId: "doomed" });
console.log(jobs.length);
await Deno.stdin.read(new Uint8Array(1));
