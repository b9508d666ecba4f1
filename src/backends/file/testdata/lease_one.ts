/** Leases one job, prints its token, and ends without a settle. Arguments: path, length of the lease. @module */

import { OwnFileQueue } from "../testing.ts";

const [path, leaseMs] = Deno.args as [string, string];
const queue = new OwnFileQueue({ path });
const request = { limit: 1, leaseMs: Number(leaseMs), queues: null, waitMs: 10_000, workerId: "w" };
const [job] = await queue.lease(request);
console.log(job?.token);
await queue.close();
