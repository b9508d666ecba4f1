/** Works until the queue is empty, and prints what it starts and ends. Arguments: path, length of the leases. @module */

import { OwnFileQueue } from "../testing.ts";

const [path, leaseMs] = Deno.args as [string, string];
const queue = new OwnFileQueue({ path });
const request = { limit: 5, leaseMs: Number(leaseMs), queues: null, waitMs: 50, workerId: "w" };
while (true) {
  const jobs = await queue.lease(request);
  for (const { id, startedAt } of jobs) console.log(`start ${id} ${startedAt}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const statuses = await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
  jobs.forEach(({ id }, index) => console.log(`end ${id} ${statuses[index]}`));
  if (jobs.length === 0 && (await queue.stats()).length === 0) break;
}
await queue.close();
