import { effect } from '@preact/signals';
import { render } from 'preact';
import { Failed, get, urlOf } from './api.js';
import { AuditView } from './audit.js';
import { BulkView } from './bulk.js';
import { ActDialog } from './dialog.js';
import { InstancesView } from './instances.js';
import { ListView } from './list.js';
import { stayLive } from './live.js';
import { OverviewView } from './overview.js';
import { ParkedView } from './parked.js';
import { Trouble } from './parts.js';
import { PlansView } from './plans.js';
import { SagaView } from './saga.js';
import { Shell } from './shell.js';
import { meta, parked, place, version, type View } from './store.js';
import './style.css';
import type { Meta } from './wire.js';

const VIEWS: Readonly<Record<View, () => preact.VNode>> = {
  overview: () => <OverviewView />,
  sagas: () => <ListView />,
  saga: () => <SagaView key={place.value.params.toString()} />,
  bulk: () => <BulkView />,
  parked: () => <ParkedView />,
  plans: () => <PlansView />,
  instances: () => <InstancesView />,
  audit: () => <AuditView />,
};

function App() {
  return (
    <>
      <Shell>{VIEWS[place.value.view]()}</Shell>
      <ActDialog />
    </>
  );
}

const root = document.getElementById('app') as HTMLElement;

async function start(): Promise<void> {
  try {
    meta.value = await get<Meta>(urlOf('meta'));
  } catch (error) {
    const failed = error instanceof Failed ? error : new Failed(0, 'The server does not answer');
    render(<Trouble error={failed} />, root);
    return;
  }
  render(<App />, root);
  void stayLive();
  effect(() => {
    void version.value;
    let isOver = false;
    get<{ readonly parked: number }>(urlOf('badge')).then(
      (badge) => {
        if (!isOver) parked.value = badge.parked;
      },
      () => undefined,
    );
    // An answer that comes late must not replace a newer one.
    return () => void (isOver = true);
  });
}

void start();
