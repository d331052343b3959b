export * from './errors.ts';
export * from './name/name.ts';
export * from './record/constants.ts';
export * from './record/record.ts';
export * from './record/run.ts';
export * from './record/soa.ts';
export * from './record/types.ts';
export * from './serial.ts';
