export { SagaExplorer, type DiscoveredSaga } from './saga.explorer.js';
