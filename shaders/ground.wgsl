// A large area of one colour. The colour is the pass's blend constant, so nothing has to be written anywhere.

// One triangle that covers the viewport.
@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let place = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return vec4<f32>(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, 0.0, 1.0);
}

@fragment
fn draw() -> @location(0) vec4<f32> {
    return vec4<f32>(1.0);
}
