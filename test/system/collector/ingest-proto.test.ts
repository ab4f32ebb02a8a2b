import { resolve } from 'node:path';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { expect, test } from 'vitest';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import { completeRequest, sendRequest } from './fakes/collector-world.ts';

const definition = loadSync(resolve(import.meta.dirname, '../../../system/collector/ingest.proto'), {
  longs: Number,
  defaults: true,
});
const service = definition['tfdc.v1.IngestService'];

function methodOf(name: 'Send' | 'Complete'): MethodDefinition<object, object> {
  if (service === undefined || 'format' in service) throw new Error('no IngestService in the file');
  const method = service[name];
  if (method === undefined) throw new Error(`no ${name} in IngestService`);
  return method;
}

/** A message with plain arrays, as a proto library gives it. */
function plain(message: object): unknown {
  return JSON.parse(
    JSON.stringify(message, (_key, value: unknown) =>
      value instanceof Float64Array ? Array.from(value) : value,
    ),
  );
}

test('the service has the paths that the port names', () => {
  expect(methodOf('Send').path).toBe(ingestMethods.send);
  expect(methodOf('Complete').path).toBe(ingestMethods.complete);
});

test('a SendRequest survives the wire with every field of the port', () => {
  const request = sendRequest(3);
  const { requestSerialize, requestDeserialize } = methodOf('Send');
  const decoded = requestDeserialize(requestSerialize(Object(plain(request))));
  expect(plain(decoded)).toEqual(plain(request));
});

test('a CompleteRequest survives the wire with every field of the port', () => {
  const request = completeRequest(40);
  const { requestSerialize, requestDeserialize } = methodOf('Complete');
  expect(plain(requestDeserialize(requestSerialize(request)))).toEqual(plain(request));
  const maintained = { ...request, maintainedUs: request.startUs - 1 };
  expect(plain(requestDeserialize(requestSerialize(maintained)))).toEqual(plain(maintained));
});

test('the responses survive the wire', () => {
  const send = methodOf('Send');
  expect(send.responseDeserialize(send.responseSerialize({ points: 30 }))).toEqual({ points: 30 });
  const complete = methodOf('Complete');
  const response = { streamSequence: 2 ** 40 + 1 };
  expect(complete.responseDeserialize(complete.responseSerialize(response))).toEqual(response);
});
