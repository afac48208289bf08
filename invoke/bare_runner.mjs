// The handler in a bare Node.js, call by call: bare_runner.py's protocol (see there) for `main.handler`
// of a CommonJS or ES module, async or with a callback.
//
//   node bare_runner.mjs APP HANDLER TIMEOUT_S
import { createRequire } from "node:module";
import { existsSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [app, handlerName, timeout] = process.argv.slice(2);
const now = () => performance.timeOrigin + performance.now();
const reply = (members) => writeSync(3, JSON.stringify(members) + "\n");

async function load() {
  const dot = handlerName.lastIndexOf(".");
  const base = join(resolve(app), handlerName.slice(0, dot));
  const require = createRequire(join(resolve(app), "package.json"));
  const file = [".mjs", ".js", ".cjs"].map((end) => base + end).find(existsSync);
  if (!file) throw new Error(`no ${base}.js, .mjs or .cjs`);
  let module;
  try {
    module = file.endsWith(".mjs") ? await import(pathToFileURL(file)) : require(file);
  } catch (error) {
    // A .js file of a package whose package.json says "type": "module".
    if (error.code !== "ERR_REQUIRE_ESM" && !(error instanceof SyntaxError)) throw error;
    module = await import(pathToFileURL(file));
  }
  const handler = module[handlerName.slice(dot + 1)];
  if (typeof handler !== "function") throw new Error(`${handlerName} is no function of ${file}`);
  return handler;
}

function run(handler, event, index) {
  const deadline = Date.now() + Number(timeout) * 1000;
  const context = {
    awsRequestId: `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
    functionName: "function",
    functionVersion: "$LATEST",
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "128",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  return new Promise((done, fail) => {
    const result = handler(event, context, (error, value) => (error ? fail(error) : done(value)));
    if (result && typeof result.then === "function") result.then(done, fail);
    else if (handler.length < 3) done(result);
  });
}

async function call(handler, line, index) {
  const event = JSON.parse(line);
  const times = { function_start: now() };
  try {
    const value = await run(handler, event, index);
    times.function_end = now();
    return { ...times, answer: JSON.stringify(value) ?? "null" };
  } catch (error) {
    times.function_end = now();
    return { ...times, error_type: error?.name ?? "Error", error: String(error?.message ?? error) };
  }
}

process.chdir(app);
const initStart = now();
let handler;
try {
  handler = await load();
} catch (error) {
  reply({ failed: `${error?.name}: ${error?.message}` });
  process.exit(1);
}
reply({ init_start: initStart, init_end: now() });
let index = 0;
for await (const line of createInterface({ input: process.stdin })) reply(await call(handler, line, index++));
process.exit(0);
