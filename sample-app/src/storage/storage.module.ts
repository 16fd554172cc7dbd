import { Global, Module } from '@nestjs/common';
import { openShopDatabase, ShopDatabase } from './shop-database.js';

@Global()
@Module({
  providers: [{ provide: ShopDatabase, useFactory: () => openShopDatabase() }],
  exports: [ShopDatabase],
})
export class StorageModule {}
