import { useMemo } from 'preact/hooks';
import type { Overview, Place, Secondary } from '../contract.ts';
import { duration } from '../format.ts';
import { lookOf } from '../health.ts';
import { hrefOf } from '../route.ts';
import { useWidth } from '../use/use-width.ts';
import { geography } from './geography.ts';
import { placeLabels } from './labels.ts';
import { spread } from './spread.ts';

type Placed = Secondary & { readonly place: Place };

const LABEL_HEIGHT = 30;
/** Of one character, about; labels are short. */
const CHARACTER = 7.2;
/** Narrower maps show shapes only; the table below names them. */
const LABELS_FROM = 560;

/** Where the secondaries stand and how they are. Everything on it is also in the table below the map. */
export function WorldMap({ overview }: { overview: Overview }) {
  const [ref, width] = useWidth<HTMLElement>();
  return (
    <figure class="map" ref={ref} aria-label="World map of the secondaries">
      {width === 0 ? null : <Drawing overview={overview} width={width} />}
    </figure>
  );
}

function Drawing({ overview, width }: { overview: Overview; width: number }) {
  const world = useMemo(() => geography(width), [width]);
  const home = overview.node.place;
  const placed = overview.secondaries.filter((secondary): secondary is Placed => secondary.place !== undefined);
  const points = spread(
    placed.map((secondary) => ({ secondary, ...world.point(secondary.place.longitude, secondary.place.latitude) })),
    18,
  );
  const homePoint = home && world.point(home.longitude, home.latitude);
  const sizes = points.map(({ x, y, secondary }) => ({ x, y, width: labelWidth(secondary) }));
  const homeBox = homePoint ? [{ ...homePoint, width: 0 }] : [];
  const labels =
    width < LABELS_FROM ? [] : placeLabels([...sizes, ...homeBox], LABEL_HEIGHT, { width, height: world.height });
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the figure around it has the name; a title would show at every point of the sea
    <svg width={world.width} height={world.height}>
      <path class="land" d={world.land} />
      {home &&
        placed.map(({ id, place, worst }) => (
          <path
            key={id}
            class={`way tone-${lookOf(worst).tone}`}
            d={world.way([home.longitude, home.latitude], [place.longitude, place.latitude])}
          />
        ))}
      {homePoint && (
        <g class="home" transform={`translate(${homePoint.x} ${homePoint.y})`}>
          <title>{`${overview.node.identity}, ${home?.label}: this node`}</title>
          <circle r="6" />
          <circle r="2" class="core" />
        </g>
      )}
      {points.map(({ secondary, x, y }, i) => (
        <Marker key={secondary.id} secondary={secondary} x={x} y={y} label={labels[i]} />
      ))}
    </svg>
  );
}

function Marker(props: { secondary: Placed; x: number; y: number; label: { x: number; y: number } | undefined }) {
  const { secondary, x, y, label } = props;
  const { path, hollow, tone, word } = lookOf(secondary.worst);
  const says = `${secondary.id}, ${secondary.place.label}: ${word}${secondary.lag ? `, lag ${duration(secondary.lag.latest)}` : ''}`;
  return (
    <a class={`marker tone-${tone}`} href={hrefOf({ page: 'zones', secondary: secondary.id })} aria-label={says}>
      <title>{says}</title>
      <circle class="halo" cx={x} cy={y} r="10" />
      <path class={hollow ? 'hollow' : ''} transform={`translate(${x - 7} ${y - 7}) scale(1.167)`} d={path} />
      {label && (
        <g transform={`translate(${label.x} ${label.y})`}>
          <text class="name" y="12">
            {secondary.id}
          </text>
          <text class="lag" y="26">
            {second(secondary)}
          </text>
        </g>
      )}
    </a>
  );
}

/** The second line of a label: the lag where all is well, else what is the matter. */
function second({ worst, lag }: Secondary): string {
  if (worst === 'in-sync' && lag) return duration(lag.latest);
  return lookOf(worst).word;
}

function labelWidth(secondary: Secondary): number {
  return Math.max(secondary.id.length, second(secondary).length) * CHARACTER;
}
