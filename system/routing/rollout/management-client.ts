import { z } from 'zod';
import { PortError } from '../../ports/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../ports/http.ts';
import { bearing } from '../bearer.ts';
import { parseJson } from '../json.ts';
import { managementPaths } from '../paths.ts';
import { parseSnapshot, toolListSchema, type RoutingSnapshot } from '../snapshot.ts';
import type { Change } from '../management/change.ts';
import { decisionSchema } from '../management/state.ts';
import type { Approval } from './gates.ts';

const changedSchema = z.object({ revision: z.int() });
const refusedSchema = z.object({ error: z.string(), revision: z.int() });
const proposalSchema = z.object({ tools: toolListSchema, total: z.int() });
const approvalSchema = z.object({ decision: decisionSchema });
const gatewaysSchema = z.object({
  gateways: z.array(z.object({ gateway: z.string(), revision: z.int() })),
});

export type ChangeResult =
  | { readonly kind: 'done'; readonly revision: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly revision: number };

/** Management as the controller asks it. Every call rejects with a `PortError` where there is no usable answer. */
export class ManagementClient {
  readonly #http: Http;
  readonly #authority: string;
  readonly #timeoutMs: number;
  readonly #headers: Readonly<Record<string, string>>;

  /** `token`: what the controller bears; empty where Management asks for none. */
  constructor(http: Http, authority: string, timeoutMs: number, token: string) {
    this.#http = http;
    this.#authority = authority;
    this.#timeoutMs = timeoutMs;
    this.#headers = bearing(token);
  }

  async snapshot(): Promise<RoutingSnapshot> {
    const response = await this.#get(managementPaths.snapshot);
    return present(response.status === 200 ? parseSnapshot(response.body) : undefined, response);
  }

  /** The list if it is at another revision than this; undefined: nobody changed it. */
  async changedSince(revision: number): Promise<RoutingSnapshot | undefined> {
    const response = await this.#get(`${managementPaths.snapshot}?revision=${revision}`);
    if (response.status === 304) return undefined;
    return present(response.status === 200 ? parseSnapshot(response.body) : undefined, response);
  }

  async proposal(count: number): Promise<{ readonly tools: readonly string[]; readonly total: number }> {
    const response = await this.#get(`${managementPaths.proposal}?count=${count}`);
    return present(parseJson(proposalSchema, response.body), response);
  }

  /** Gateways that have not confirmed the revision, by name. Errors: no gateway is known, which confirms nothing. */
  async unconfirmed(revision: number): Promise<readonly string[]> {
    const response = await this.#get(managementPaths.gateways);
    const { gateways } = present(parseJson(gatewaysSchema, response.body), response);
    if (gateways.length === 0) throw new PortError('Management knows no gateway yet', 'unavailable');
    return gateways.filter((entry) => entry.revision < revision).map((entry) => entry.gateway);
  }

  /** `unknown` where there is no answer: that is no rejection (delivery F40). */
  async approval(stage: string): Promise<Approval> {
    try {
      const response = await this.#get(`${managementPaths.approval}?stage=${encodeURIComponent(stage)}`);
      return parseJson(approvalSchema, response.body)?.decision ?? 'unknown';
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return 'unknown';
    }
  }

  async change(change: Change): Promise<ChangeResult> {
    const path = change.action === 'promote' ? managementPaths.promote : managementPaths.update;
    const response = await this.#http.request(
      this.#authority,
      {
        method: 'POST',
        path,
        headers: { ...this.#headers, 'content-type': 'application/json' },
        body: JSON.stringify(change),
      },
      this.#timeoutMs,
    );
    if (response.status === 200) {
      const { revision } = present(parseJson(changedSchema, response.body), response);
      return { kind: 'done', revision };
    }
    const refused = present(parseJson(refusedSchema, response.body), response);
    return { kind: 'refused', reason: refused.error, revision: refused.revision };
  }

  async #get(path: string): Promise<HttpResponse> {
    const request: HttpRequest = { method: 'GET', path, headers: this.#headers, body: '' };
    return await this.#http.request(this.#authority, request, this.#timeoutMs);
  }
}

function present<Value>(value: Value | undefined, response: HttpResponse): Value {
  if (value === undefined) {
    throw new PortError(`Management answered ${response.status} without what was asked`, 'unavailable');
  }
  return value;
}
