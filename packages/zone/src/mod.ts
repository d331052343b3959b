export * from './builder.ts';
export * from './diff/diff-builder.ts';
export * from './diff/zone-diff.ts';
export * from './lookup/lookup-result.ts';
export * from './rrset.ts';
export * from './version.ts';
