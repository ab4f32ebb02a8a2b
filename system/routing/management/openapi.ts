import { z } from 'zod';
import { managementPaths } from '../paths.ts';
import { routingSnapshotSchema } from '../snapshot.ts';
import {
  approvalAnswerSchema,
  auditAnswerSchema,
  changedAnswerSchema,
  discardedAnswerSchema,
  errorAnswerSchema,
  forgottenAnswerSchema,
  gatewaysAnswerSchema,
  listAnswerSchema,
  proposalAnswerSchema,
  quarantineAnswerSchema,
  refusedAnswerSchema,
} from './answers.ts';
import { approvalRequestSchema } from './approvals.ts';
import { settlementRequestSchema } from './suspects.ts';
import { promotionRequestSchema, updateRequestSchema } from './updates.ts';

const schemas = {
  List: listAnswerSchema,
  Snapshot: routingSnapshotSchema,
  Gateways: gatewaysAnswerSchema,
  Forgotten: forgottenAnswerSchema,
  Proposal: proposalAnswerSchema,
  Approval: approvalAnswerSchema,
  ApprovalRequest: approvalRequestSchema,
  UpdateRequest: updateRequestSchema,
  PromotionRequest: promotionRequestSchema,
  Changed: changedAnswerSchema,
  Refused: refusedAnswerSchema,
  Audit: auditAnswerSchema,
  Quarantine: quarantineAnswerSchema,
  SettlementRequest: settlementRequestSchema,
  Discarded: discardedAnswerSchema,
  Error: errorAnswerSchema,
} as const;

type SchemaName = keyof typeof schemas;

interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly query?: Readonly<
    Record<string, { readonly type: 'string' | 'integer'; readonly required: boolean }>
  >;
  readonly body?: SchemaName;
  /** By status; several: any of them. Null: no body. */
  readonly answers: Readonly<Record<number, readonly SchemaName[] | null>>;
}

const revisionQuery = { type: 'integer', required: false } as const;
const changeAnswers = {
  200: ['Changed'],
  400: ['Error', 'Refused'],
  409: ['Refused'],
  413: ['Error'],
  503: ['Error'],
} as const;

/** All operations, by path and method. Everywhere besides: 401 and 403 where tokens are configured, 405. */
const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  [managementPaths.canary]: {
    get: { id: 'readCanary', summary: 'Tools of the canary (R36)', answers: { 200: ['List'] } },
  },
  [managementPaths.stable]: {
    get: { id: 'readStable', summary: 'All other tools of the inventory (R37)', answers: { 200: ['List'] } },
  },
  [managementPaths.update]: {
    post: {
      id: 'update',
      summary: 'Expands, reduces, rolls back or resets the canary list (R38, R40)',
      body: 'UpdateRequest',
      answers: changeAnswers,
    },
  },
  [managementPaths.promote]: {
    post: {
      id: 'promote',
      summary: 'Swaps the roles of the colours',
      body: 'PromotionRequest',
      answers: changeAnswers,
    },
  },
  [managementPaths.snapshot]: {
    get: {
      id: 'readSnapshot',
      summary: 'The whole route; a gateway says with it who it is and which revision it stands for',
      query: {
        gateway: { type: 'string', required: false },
        authority: { type: 'string', required: false },
        revision: revisionQuery,
      },
      answers: { 200: ['Snapshot'], 304: null, 400: ['Error'], 503: ['Error'] },
    },
  },
  [managementPaths.gateways]: {
    get: {
      id: 'listGateways',
      summary: 'Which gateway confirmed which revision',
      answers: { 200: ['Gateways'] },
    },
    delete: {
      id: 'forgetGateway',
      summary: 'Forgets a gateway that is gone for good',
      query: { gateway: { type: 'string', required: true } },
      answers: { 200: ['Forgotten'], 400: ['Error'], 503: ['Error'] },
    },
  },
  [managementPaths.approval]: {
    get: {
      id: 'readApproval',
      summary: 'What was decided of a stage (C44)',
      query: { stage: { type: 'string', required: true } },
      answers: { 200: ['Approval'], 400: ['Error'] },
    },
    post: {
      id: 'approve',
      summary: 'Decides a stage',
      body: 'ApprovalRequest',
      answers: { 200: ['Approval'], 400: ['Error'], 413: ['Error'], 503: ['Error'] },
    },
  },
  [managementPaths.proposal]: {
    get: {
      id: 'readProposal',
      summary: 'The first tools in the order in which they may join a canary (R41)',
      query: { count: { type: 'integer', required: true } },
      answers: { 200: ['Proposal'], 400: ['Error'] },
    },
  },
  [managementPaths.audit]: {
    get: {
      id: 'readAudit',
      summary: 'Who did what, oldest first',
      query: { after: { type: 'integer', required: false } },
      answers: { 200: ['Audit'], 400: ['Error'] },
    },
  },
  [managementPaths.quarantine]: {
    get: { id: 'listSuspects', summary: 'Changes that wait for a person', answers: { 200: ['Quarantine'] } },
    post: {
      id: 'settleSuspect',
      summary: 'Releases or discards such a change',
      body: 'SettlementRequest',
      answers: { ...changeAnswers, 200: ['Changed', 'Discarded'], 404: ['Error'] },
    },
  },
  [managementPaths.openApi]: {
    get: { id: 'readOpenApi', summary: 'This document', answers: { 200: null } },
  },
};

/** The OpenAPI 3.1 document of the Management API, made of the schemas by which it reads and answers. */
export function openApiText(): string {
  return (madeOnce ??= `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
}

let madeOnce: string | undefined;

function openApiDocument(): unknown {
  const paths = Object.entries(operations).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(operation)])),
  ]);
  const components = Object.entries(schemas).map(([name, schema]) => {
    const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input' });
    return [name, json];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'tFDC Management API', version: '1' },
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(components),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  };
}

function described({ id, summary, query, body, answers }: Operation): unknown {
  const everywhere = { 401: ['Error'], 403: ['Error'] } as const;
  return {
    operationId: id,
    summary,
    ...(query === undefined
      ? {}
      : {
          parameters: Object.entries(query).map(([name, { type, required }]) => ({
            name,
            in: 'query',
            required,
            schema: { type },
          })),
        }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf([body]) } }),
    responses: Object.fromEntries(
      Object.entries({ ...answers, ...everywhere }).map(([status, names]) => [
        status,
        {
          description: descriptions[Number(status)] ?? 'answer',
          ...(names === null ? {} : { content: contentOf(names) }),
        },
      ]),
    ),
  };
}

function contentOf(names: readonly SchemaName[]): unknown {
  const references = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  return {
    'application/json': { schema: references.length === 1 ? references[0] : { anyOf: references } },
  };
}

const descriptions: Readonly<Record<number, string>> = {
  200: 'done',
  304: 'the asker has it',
  400: 'can never succeed; the detail names the place',
  401: 'no known token',
  403: 'the token does not allow it',
  404: 'there is no such thing',
  409: 'the list does not allow it now, or it looks like a mistake',
  413: 'too large',
  503: 'not confirmed by the store; ask again with the same request',
};
