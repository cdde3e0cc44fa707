import { App } from 'aws-cdk-lib';
import { WeatherStack } from './demo/weather-stack';

new WeatherStack(new App(), 'Weather');
