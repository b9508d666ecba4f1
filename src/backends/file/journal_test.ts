import { assertEquals, assertLess } from "@std/assert";
import { TempFolder } from "../sqlite/testing.ts";
import { Journal } from "./journal.ts";

Deno.test("Journal tells others what was added since their last look, and oneself nothing of it", async () => {
  await using folder = new TempFolder();
  const [a, b] = [new Journal(folder.file("journal")), new Journal(folder.file("journal"))];
  assertEquals([a.news(), b.news()], [null, null], "the first look reads everything");
  a.add(["one", "two"]);
  a.add(["three"]);
  assertEquals([a.news(), b.news(), b.news()], [[], ["one", "two", "three"], []]);
  a.forget();
  assertEquals([a.news(), a.news()], [null, []]);
});

Deno.test("Journal begins anew when it is long, and everyone reads everything then", async () => {
  await using folder = new TempFolder();
  const path = folder.file("journal");
  const [a, b] = [new Journal(path), new Journal(path)];
  a.news();
  b.news();
  const names = Array.from({ length: 20_000 }, (_, index) => `a-name-that-is-as-long-as-those-of-jobs.${index}.json`);
  a.add(names);
  assertEquals(b.news()?.length, 20_000);
  a.add(["after"]);
  assertLess((await Deno.stat(path)).size, 100);
  assertEquals([a.news(), b.news()], [[], null]);
});

Deno.test("Journal goes on behind a line that a full disk has cut", async () => {
  await using folder = new TempFolder();
  const path = folder.file("journal");
  const [a, b] = [new Journal(path), new Journal(path)];
  a.news();
  b.news();
  await Deno.writeTextFile(path, "\nhal", { append: true });
  a.news();
  a.add(["whole"]);
  assertEquals(b.news(), ["hal", "whole"]);
});
