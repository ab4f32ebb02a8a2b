import type { HttpRequest } from '../../ports/http.ts';
import { bearerOf } from '../bearer.ts';

/** What a request needs to be allowed to do. */
export type Permission = 'read' | 'register' | 'approve' | 'change' | 'rollback' | 'administer';

/**
 * Who may do what. `release`: the rollout controller and pipelines; `operator`: people, who may do everything. A rollback
 * is allowed to all who may change anything: it is the way to safety.
 */
export type ManagementRole = 'viewer' | 'gateway' | 'approver' | 'release' | 'operator';

const permissions: Readonly<Record<ManagementRole, readonly Permission[]>> = {
  viewer: ['read'],
  gateway: ['read', 'register'],
  approver: ['read', 'approve', 'rollback'],
  release: ['read', 'change', 'rollback'],
  operator: ['read', 'register', 'approve', 'change', 'rollback', 'administer'],
};

/** A token as it is configured; the bearer's name is what the audit log says. */
export interface ManagementToken {
  readonly token: string;
  readonly name: string;
  readonly role: ManagementRole;
}

export type Access =
  | { readonly kind: 'allowed'; readonly who: string }
  /** 401: nobody we know. */
  | { readonly kind: 'unknown' }
  /** 403: known, and not allowed. */
  | { readonly kind: 'forbidden'; readonly who: string };

/** Name of a caller where no tokens are configured. */
export const anybody = 'anybody';

/**
 * Decides by `authorization: Bearer …`. Without configured tokens everybody may do everything: then the network has to
 * keep strangers out, as it does in the simulated fab.
 */
export class AccessControl {
  readonly #tokens: readonly ManagementToken[];

  /** Errors: an empty token, one that is given to two. */
  constructor(tokens: readonly ManagementToken[]) {
    if (tokens.some(({ token }) => token === '')) throw new Error('management: a token is empty');
    if (new Set(tokens.map(({ token }) => token)).size !== tokens.length) {
      throw new Error('management: a token is given to two');
    }
    this.#tokens = tokens;
  }

  decide(request: HttpRequest, permission: Permission): Access {
    if (this.#tokens.length === 0) return { kind: 'allowed', who: anybody };
    const given = bearerOf(request);
    // All are compared, each to its end, so that the time taken tells nothing of a token.
    const known = this.#tokens.filter(({ token }) => isSame(token, given))[0];
    if (known === undefined) return { kind: 'unknown' };
    return permissions[known.role].includes(permission)
      ? { kind: 'allowed', who: known.name }
      : { kind: 'forbidden', who: known.name };
  }
}

function isSame(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ (given.charCodeAt(index) || 0);
  }
  return difference === 0;
}
