/** What requests say, checked and made into instances by ValidationPipe. */
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Min } from 'class-validator';

export class SearchDto {
  @IsOptional()
  @IsString()
  @Length(2, 2)
  country?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  minPopulation?: number;
}

export class PopulationDto {
  @IsInt()
  @Min(0)
  population!: number;
}
