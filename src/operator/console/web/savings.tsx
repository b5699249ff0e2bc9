import { useState } from 'preact/hooks';
import type { Saved } from '../protocol.ts';
import { Card } from './parts.tsx';
import { count } from './words.ts';

/** On-demand prices of Fargate in US East (N. Virginia), Linux on x86, as of March 2026. Others are set on the page. */
const DEFAULTS = { vcpu: 0.25, gb: 0.5, hoursPerDay: 24, vcpuPrice: 0.04048, gbPrice: 0.004445 };
type Assumptions = typeof DEFAULTS;
const KEY = 'workspace-console-savings';

function stored(): Assumptions {
  try {
    const given = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Assumptions>;
    const read = Object.entries(DEFAULTS).map(([name, usual]) => {
      const value = given[name as keyof Assumptions];
      return [name, typeof value === 'number' && value >= 0 ? value : usual];
    });
    return Object.fromEntries(read) as Assumptions;
  } catch {
    return DEFAULTS;
  }
}

/** What was saved, in dollars. */
export function savedDollars(
  { hours }: Saved,
  { vcpu, gb, hoursPerDay, vcpuPrice, gbPrice } = stored(),
): number {
  return hours * (hoursPerDay / 24) * (vcpu * vcpuPrice + gb * gbPrice);
}

export function dollars(value: number): string {
  return value.toLocaleString('en', {
    style: 'currency',
    currency: 'USD',
    maximumFractionDigits: value < 1_000 ? 2 : 0,
  });
}

const FIELDS: { name: keyof Assumptions; label: string; step: string; most: number }[] = [
  { name: 'vcpu', label: 'vCPU of a container', step: '0.25', most: 16 },
  { name: 'gb', label: 'GB of a container', step: '0.5', most: 120 },
  { name: 'hoursPerDay', label: 'Hours a day it would run', step: '1', most: 24 },
  { name: 'vcpuPrice', label: '$ per vCPU-hour', step: '0.00001', most: 10 },
  { name: 'gbPrice', label: '$ per GB-hour', step: '0.000001', most: 10 },
];

/** The money, its arithmetic, and what it assumes. */
export function Savings({ saved, onChange }: { saved: Saved; onChange: () => void }) {
  const [assumed, assume] = useState(stored);
  const { vcpu, gb, hoursPerDay, vcpuPrice, gbPrice } = assumed;
  const set = (name: keyof Assumptions, text: string, most: number) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= most)) return;
    const next = { ...assumed, [name]: value };
    localStorage.setItem(KEY, JSON.stringify(next));
    assume(next);
    onChange();
  };
  return (
    <Card title="Saved so far" class="half">
      <p class="figure">{dollars(savedDollars(saved, assumed))}</p>
      <p class="muted">
        by {count(saved.archived)} archived and {count(saved.terminated)} terminated workspaces whose
        containers have not run since
      </p>
      <p class="sum">
        {count(Math.round(saved.hours))} workspace-hours × {hoursPerDay}/24 × ({vcpu} vCPU × ${vcpuPrice} +{' '}
        {gb} GB × ${gbPrice})
      </p>
      <details>
        <summary>What this assumes</summary>
        <p class="muted">
          Hours count from the last thing that happened to a workspace that is archived or terminated now, so
          they are never too many; time before a workspace was restored is not counted, and the hours begin
          anew where an archived one is held, released or terminated. Prices: Fargate on demand, Linux/x86, US
          East (N. Virginia), March 2026.
        </p>
        <div class="assumptions">
          {FIELDS.map(({ name, label, step, most }) => (
            <label key={name}>
              <span>{label}</span>
              <input
                type="number"
                min="0"
                max={most}
                step={step}
                value={assumed[name]}
                onChange={(event) => set(name, event.currentTarget.value, most)}
              />
            </label>
          ))}
        </div>
      </details>
    </Card>
  );
}
