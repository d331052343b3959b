import { expect, it } from 'vitest';
import { hrefOf, type Route, routeOf } from './route.ts';

it.each<Exclude<Route, { page: 'lost' }>>([
  { page: 'overview' },
  { page: 'activity' },
  { page: 'zones' },
  { page: 'zones', search: 'a&b=c', health: 'behind', secondary: 'fra 1' },
  { page: 'zone', zone: '.' },
  { page: 'zone', zone: '0/25.2.0.192.in-addr.arpa.' },
])('%j is found again from its address', (route) => expect(routeOf(hrefOf(route))).toEqual(route));

it.each(['#/nothing', '#/zone', '#/zone/a/b', '#/zone/%E0%A4%A', '#/zones/x'])('%s is no page', (hash) => {
  expect(routeOf(hash)).toEqual({ page: 'lost', hash });
});
