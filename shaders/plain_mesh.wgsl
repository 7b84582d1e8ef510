// The window's meshes for drivers that draw on the CPU: a colour times a texture, and nothing that is decided for every
// pixel. Colours stay in gamma space, as egui's do.

@group(0) @binding(0) var<uniform> screen_size: vec4<f32>;
@group(1) @binding(0) var colours: texture_2d<f32>;
@group(1) @binding(1) var colours_sampler: sampler;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) place: vec2<f32>,
    @location(1) colour: vec4<f32>,
}

@vertex
fn corner(
    @location(0) at: vec2<f32>,
    @location(1) place: vec2<f32>,
    @location(2) colour: vec4<f32>,
) -> Corner {
    let position = vec4<f32>(2.0 * at.x / screen_size.x - 1.0, 1.0 - 2.0 * at.y / screen_size.y, 0.0, 1.0);
    return Corner(position, place, colour);
}

@fragment
fn draw(in: Corner) -> @location(0) vec4<f32> {
    return in.colour * textureSample(colours, colours_sampler, in.place);
}
