/** Works until the queue is empty, and prints what it starts and ends. Arguments: path, length of the leases. @module */

import { OwnQueue, REQUEST } from "../testing.ts";

const [path, leaseMs] = Deno.args as [string, string];
const queue = new OwnQueue({ path });
while (true) {
  const jobs = await queue.lease({ ...REQUEST, limit: 5, leaseMs: Number(leaseMs), waitMs: 50 });
  for (const { id, token, startedAt } of jobs) console.log(`start ${id} ${token} ${startedAt}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const statuses = await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
  jobs.forEach(({ id, token }, index) => console.log(`end ${id} ${token} ${statuses[index]}`));
  if (jobs.length === 0 && (await queue.stats()).length === 0) break;
}
await queue.close();
