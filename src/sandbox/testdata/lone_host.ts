/** A host that opens a realm with a busy guest, prints its process id and waits to be killed. @module */

import { openTestRealm } from "./open_test_realm.ts";

const test = await openTestRealm("process", `export const spin = task({ name: "spin" }, () => { while (true); });`);
await test.load();
void test.run("spin");
console.log(test.realm.pid);
await new Promise((resolve) => setTimeout(resolve, 60_000));
