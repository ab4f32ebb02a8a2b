import { migrate } from '../../../../system/adapters/cassandra/index.ts';

/** A process of its own that migrates and says what it applied: `migrate-once.ts address:port keyspace`. */
const [contactPoint = '', keyspace = ''] = process.argv.slice(2);
const applied = await migrate(
  { contactPoints: [contactPoint], localDataCentre: 'dc1', keyspace },
  { name: keyspace, replicas: { dc1: 1 }, durableWrites: true },
);
console.log(JSON.stringify(applied));
