export { ManualClock, settle } from 'nestjs-saga-orchestrator/testing';
