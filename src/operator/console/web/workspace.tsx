import { useState } from 'preact/hooks';
import type { Requested } from '../../../core/workspace-row.ts';
import type { Session, WorkspaceDetail } from '../protocol.ts';
import { ActionDialog, type WorkspaceAction } from './dialogs.tsx';
import { ExplanationCard, RulesCard } from './explanation.tsx';
import { Badge, Card, Empty, Failure, LifecycleBadge, Loading, StateText } from './parts.tsx';
import { ask, useLive, useNow } from './store.ts';
import { TimelineCard } from './timeline.tsx';
import { toast } from './toast.tsx';
import { relative, utc } from './words.ts';

/** All about one workspace, and what can be done with it. */
export function WorkspacePageOf({
  clientId,
  userId,
  session,
}: {
  clientId: string;
  userId: string;
  session: Session;
}) {
  const path = `workspaces/${encodeURIComponent(clientId)}/${encodeURIComponent(userId)}`;
  const { data, error, refresh } = useLive<WorkspaceDetail>(path);
  if (error && !data)
    return error.status === 404 ? (
      <Empty title={`There is no workspace ${clientId}/${userId}`}>
        <a href="#/workspaces">All workspaces</a>
      </Empty>
    ) : (
      <Failure error={error} retry={refresh} />
    );
  if (!data) return <Loading rows={6} />;
  return (
    <div class="workspace">
      <Head detail={data} session={session} refresh={refresh} />
      {data.problems.length > 0 && (
        <div class="notice tone-odd" role="alert">
          <p>
            <strong>This row is not understood, so nothing is ever done to it.</strong>{' '}
            {data.problems.join('; ')}. Mend it in the table.
          </p>
        </div>
      )}
      <div class="columns">
        <div>
          {data.explanation && <ExplanationCard explanation={data.explanation} />}
          {data.explanation && <RulesCard explanation={data.explanation} />}
          {session.sample && !session.readOnly && <SampleCard detail={data} />}
        </div>
        <div>
          <TimelineCard detail={data} />
          <FactsCard detail={data} />
        </div>
      </div>
    </div>
  );
}

function Head({
  detail,
  session,
  refresh,
}: {
  detail: WorkspaceDetail;
  session: Session;
  refresh: () => void;
}) {
  const [open, setOpen] = useState<WorkspaceAction>();
  const { clientId, userId, lifecycle, state, next } = detail.line;
  const { hold, extension, requested } = detail.row;
  const isOver = lifecycle === 'terminated' || lifecycle === 'invalid';
  const actions: { action: WorkspaceAction; word: string; isUseful: boolean }[] = [
    { action: 'resume', word: 'Resume', isUseful: detail.explanation?.mayResume === true },
    { action: 'hold', word: hold ? 'Hold anew' : 'Hold', isUseful: !isOver },
    {
      action: 'extend',
      word: 'Extend',
      isUseful: !isOver && (next !== undefined || extension !== undefined),
    },
    {
      action: 'release',
      word: 'Release',
      isUseful: !isOver && [hold, extension, requested].some((said) => said !== undefined),
    },
  ];
  return (
    <header class="page-head">
      <div>
        <a class="back" href="#/workspaces">
          Workspaces
        </a>
        <h1>
          <span class="muted">{clientId}/</span>
          {userId}
        </h1>
        <p class="badges">
          <LifecycleBadge lifecycle={lifecycle} />
          <StateText state={state} />
        </p>
      </div>
      {!session.readOnly && (
        <div class="actions">
          {actions
            .filter(({ isUseful }) => isUseful)
            .map(({ action, word }) => (
              <button
                key={action}
                type="button"
                class={`button ${action === 'resume' ? 'primary' : ''}`}
                onClick={() => setOpen(action)}
              >
                {word}
              </button>
            ))}
        </div>
      )}
      {open && (
        <ActionDialog
          action={open}
          clientId={clientId}
          userId={userId}
          deadline={next?.at}
          onDone={(message) => {
            toast(message);
            refresh();
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
    </header>
  );
}

function FactsCard({ detail }: { detail: WorkspaceDetail }) {
  const time = useNow();
  const { row } = detail;
  const at = (value: unknown) =>
    typeof value === 'number' && value < 1e11
      ? `${utc(value, true)} UTC, ${relative(value, time)}`
      : String(value ?? '–');
  const requested = row.requested as Partial<Requested> | undefined;
  const unsaved = row.unsavedWork as { changes?: number; commits?: number } | undefined;
  const facts: [string, unknown][] = [
    ['Last activity', at(row.lastActivity)],
    ['Subscription', `${row.subscriptionStatus}, ${row.subscriptionTier}`],
    ['Container', row.containerStatus],
    ['Own limit', row.retentionDays === undefined ? undefined : `${row.retentionDays} d`],
    [
      'Asked for',
      requested && `${requested.action} from ${at(requested.at)}, by ${requested.by}: ${requested.reason}`,
    ],
    ['Wake-up armed', row.armedFor === undefined ? undefined : at(row.armedFor)],
    ['Unsaved work', unsaved && `${unsaved.changes ?? 0} files, ${unsaved.commits ?? 0} commits`],
    ['Access point', row.efsAccessPoint],
    ['User id of files', row.posixUid],
  ];
  return (
    <Card title="The row">
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="figures">{String(value)}</dd>
            </div>
          ))}
      </dl>
    </Card>
  );
}

const STATUSES = ['active', 'suspended', 'cancelled'] as const;
const TIERS = ['free', 'pro', 'enterprise'] as const;

/** Of the sample fleet alone: its user works, its client pays or does not. */
function SampleCard({ detail }: { detail: WorkspaceDetail }) {
  const { clientId, userId, status, tier } = detail.line;
  const [wantedStatus, setStatus] = useState<string>(status ?? 'active');
  const [wantedTier, setTier] = useState<string>(tier ?? 'free');
  const act = async (path: string, body: object, done: string) => {
    try {
      await ask(path, body);
      toast(done);
    } catch (error) {
      toast((error as Error).message);
    }
  };
  const path = `workspaces/${encodeURIComponent(clientId)}/${encodeURIComponent(userId)}/activity`;
  return (
    <Card title="Sample fleet" aside={<Badge tone="calm">local stack only</Badge>}>
      <div class="sample-card">
        <button
          type="button"
          class="button"
          onClick={() => void act(path, {}, `${clientId}/${userId} is used.`)}
        >
          Make it active
        </button>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const body = { clientId, status: wantedStatus, tier: wantedTier };
            void act(
              'sample/subscription',
              body,
              `Billing says: ${clientId} is ${wantedStatus}, ${wantedTier}.`,
            );
          }}
        >
          <select
            aria-label={`Subscription of ${clientId}`}
            value={wantedStatus}
            onChange={(event) => setStatus(event.currentTarget.value)}
          >
            {STATUSES.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>

          <select
            aria-label={`Tier of ${clientId}`}
            value={wantedTier}
            onChange={(event) => setTier(event.currentTarget.value)}
          >
            {TIERS.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>

          <button type="submit" class="button">
            Tell billing
          </button>
        </form>
      </div>
    </Card>
  );
}
