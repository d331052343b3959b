export * from './dig.ts';
export * from './free-port.ts';
export * from './peers/bind.ts';
export * from './peers/knot.ts';
export * from './peers/nsd.ts';
export * from './peers/peer.ts';
export * from './running-process.ts';
export * from './zonewire-node.ts';
