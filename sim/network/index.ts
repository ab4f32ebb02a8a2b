export { Connection, type CloseReason, type Endpoint, type Side } from './connection.ts';
export { SimHttp, type AnswerWatcher } from './http-fabric.ts';
export { HttpInterferences, type HttpDeparture, type HttpInterference } from './http-interference.ts';
export type { AppliedCondition, LinkCondition } from './link.ts';
export {
  defaultNetworkOptions,
  Network,
  type DialOutcome,
  type Listener,
  type NetworkOptions,
} from './network.ts';
export { RpcFabric, type Balance, type Directory } from './rpc-fabric.ts';
