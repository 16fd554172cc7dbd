export { ignoredEnhancers } from './ignored-enhancers.js';
export { EventHandlersExplorer, type EventHandler } from './event-handlers.explorer.js';
export { isSagaClass, sagaMetadataOf } from './saga-metadata.accessor.js';
export { SagaExplorer, type DiscoveredSaga } from './saga.explorer.js';
