// A client as another system of the ministry would write it: every path, field and status below is checked against the
// types of api-specs/openapi/platform.json. It is compiled, not run.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./generated.ts";

type Schemas = components["schemas"];
type Device = Schemas["AssetsDevice"];
/** Whole things and refusals; whoever asks for some members only (`fields=`) gets another media type. */
type Media = "application/json" | "application/problem+json";

/** What the platform refuses, in its words and with its stable code (RFC 9457). */
class Refused extends Error {
  constructor(readonly problem: Schemas["Problem"]) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

const withToken = (token: string): Middleware => ({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
});

function platform(baseUrl: string, token: string) {
  const client = createClient<paths, Media>({ baseUrl });
  client.use(withToken(token));
  return client;
}

type Platform = ReturnType<typeof platform>;

function accepted<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  if (answer.error !== undefined) throw new Refused(answer.error);
  if (answer.data === undefined) throw new Error("an answer without a body");
  return answer.data;
}

async function* devicesInStock(api: Platform): AsyncGenerator<Device> {
  let cursor: string | null = null;
  do {
    const query: { status: Schemas["AssetsDeviceStatus"]; cursor?: string } = { status: "in_stock" };
    if (cursor !== null) query.cursor = cursor;
    const page: Schemas["AssetsDevicePage"] = accepted(await api.GET("/api/assets/v1/devices", { params: { query } }));
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

/** The same key means the same device, however often a broken connection makes us ask. */
async function register(api: Platform, device: Schemas["AssetsRegisterDevice"]): Promise<Device> {
  const header = { "Idempotency-Key": `import-${device.serial}` };
  return accepted(await api.POST("/api/assets/v1/devices", { params: { header }, body: device }));
}

/** Refused if somebody has changed the device since we read it. */
async function assign(api: Platform, device: Device, employee: string): Promise<Device> {
  const params = { path: { id: device.number }, header: { "If-Match": `"${device.version}"` } };
  const body: Schemas["AssetsHandDevice"] = { to: { employee } };
  return accepted(await api.POST("/api/assets/v1/devices/{id}/assign", { params, body }));
}

async function correctLocation(api: Platform, device: Device, location: string): Promise<Device> {
  const params = { path: { id: device.id } };
  const headers = { "Content-Type": "application/merge-patch+json" };
  const body: Schemas["AssetsDeviceDetailsPatch"] = { location };
  return accepted(await api.PATCH("/api/assets/v1/devices/{id}", { params, headers, body }));
}

async function lastChange(api: Platform, device: Device): Promise<string> {
  const history = accepted(await api.GET("/api/assets/v1/devices/{id}/history", { params: { path: { id: device.id } } }));
  const last = history.items.at(-1);
  return last === undefined ? "never" : `${last.type} at ${last.at}`;
}

export async function equip(baseUrl: string, token: string, employee: string): Promise<string[]> {
  const api = platform(baseUrl, token);
  const laptop = await register(api, { device_type: "hp-elitebook-840-g11", serial: "4CE0460D0G", inventory_number: "ს-004512" });
  const moved = await correctLocation(api, laptop, "A-312");
  await assign(api, moved, employee);
  const lines = [await lastChange(api, laptop)];
  for await (const device of devicesInStock(api)) lines.push(`${device.number} ${device.model}`);
  return lines;
}
